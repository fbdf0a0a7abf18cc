// `npm run bench`: builds the product, installs what only the benchmark needs (on its first use), and runs it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './prepare.mjs'

const bench = join(import.meta.dirname, '..', 'bench')
prepare()
if (!existsSync(join(bench, 'node_modules'))) {
  const { status } = spawnSync('npm', ['ci'], { cwd: bench, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(1)
}
await import('../bench/main.mjs')
