import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { root } from '../stage/folders.mjs'

const productRequire = createRequire(join(root, 'packages', 'rendering', 'package.json'))

/** Where it was measured, and with which versions. */
export function describeMachine() {
  const { versions } = productRequire('sharp')
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    loadBefore: loadavg()[0],
    node: process.versions.node,
    sharp: versions.sharp,
    libvips: versions.vips,
    redis: versionOf('redis-server', ['--version']),
    commit: versionOf('git', ['-C', root, 'rev-parse', '--short', 'HEAD']),
  }
}

function versionOf(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? stdout.trim().split('\n')[0] : 'none'
}
