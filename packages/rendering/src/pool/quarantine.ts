import { digestOf } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { variantKey } from '@iaas/common/image'
import { LRUCache } from 'lru-cache'
import type { Task } from '../protocol.ts'

export type Quarantine = {
  /** @throws AppError RENDER_QUARANTINED for a task that has killed its child too often */
  check(task: Task): void
  /** Notes that a task has killed its child. */
  note(task: Task): void
  readonly size: number
}

const allowedKills = 2
const quarantineMs = 10 * 60_000
const maxTasks = 10_000

/**
 * Remembers for some minutes what kills children, so that it does not keep the others from being rendered.
 *
 * @param now ms, from any beginning
 */
export function createQuarantine(now: () => number = () => performance.now()): Quarantine {
  const kills = new LRUCache<string, number>({
    max: maxTasks,
    ttl: quarantineMs,
    // Without it, a time is remembered for a moment by a timer.
    ttlResolution: 0,
    perf: { now },
  })
  return {
    check(task) {
      const name = nameOf(task)
      if ((kills.get(name) ?? 0) < allowedKills) return
      throw new AppError(
        'RENDER_QUARANTINED',
        'This image could not be rendered several times; it is not tried for some minutes.',
        { retryAfterSeconds: Math.max(1, Math.ceil(kills.getRemainingTTL(name) / 1000)) },
      )
    },
    note(task) {
      const name = nameOf(task)
      kills.set(name, (kills.get(name) ?? 0) + 1)
    },
    get size() {
      kills.purgeStale()
      return kills.size
    },
  }
}

/**
 * A render is known by its variant, whose id stands for the original: in a renderer service each path is new. One from a
 * working copy, the quality of whose original is told with it, is another: the original may be healthy.
 */
function nameOf(task: Task): string {
  if (task.kind !== 'render') return digestOf(`${task.kind} ${task.path}`)
  const source = task.originalQuality === undefined ? 'original' : 'copy'
  return digestOf(`${variantKey(task.variant)} ${source}`)
}
