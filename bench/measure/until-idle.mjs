import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds } from './process-tree.mjs'

const lookEveryMs = 500
/** What a tree may take while it counts as idle, s a look. */
const idleSeconds = 0.01

/** Resolves once a tree of processes has done nothing for a second. */
export async function untilIdle(roots) {
  let quietLooks = 0
  for (let last = cpuSeconds(roots); quietLooks < 2;) {
    await delay(lookEveryMs)
    const now = cpuSeconds(roots)
    quietLooks = now - last <= idleSeconds ? quietLooks + 1 : 0
    last = now
  }
}
