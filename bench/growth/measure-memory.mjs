import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const program = join(import.meta.dirname, 'memory-child.mjs')

/** What a link in the memory of an api takes. */
export async function measureLinkMemory() {
  const { stdout } = await run(process.execPath, ['--expose-gc', program])
  return [{ name: 'memory of a cached link', value: Number(stdout), unit: 'bytes' }]
}
