import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds } from './process-tree.mjs'

const lookEveryMs = 500
/** Most processor time of an idle tree between two samples, s. */
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
