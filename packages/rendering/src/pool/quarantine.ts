import { digestOf } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { variantKey } from '@iaas/common/image'
import { LRUCache } from 'lru-cache'
import type { Task } from '../protocol.ts'

export type Quarantine = {
  /** Checks a task. @throws AppError RENDER_QUARANTINED if the task, or its original, has killed its child too often */
  check(task: Task): void
  /** Notes that a task has killed its child. */
  note(task: Task): void
  readonly size: number
}

/** Kills allowed to one task, and to all renders of one original. */
const allowedKills = { task: 2, original: 3 } as const
const quarantineMs = 10 * 60_000
const maxNames = 10_000

/**
 * Remembers for some minutes which tasks kill children, so that they do not keep others from being rendered.
 *
 * @param now returns ms from any origin
 */
export function createQuarantine(now: () => number = () => performance.now()): Quarantine {
  const [tasks, originals] = [createKills(now), createKills(now)]

  return {
    check(task) {
      const name = nameTask(task)
      if (tasks.count(name) >= allowedKills.task) throw quarantined(tasks.leftMs(name))
      const original = nameOriginal(task)
      if (originals.count(original) < allowedKills.original) return
      throw quarantined(originals.leftMs(original))
    },
    note(task) {
      tasks.add(nameTask(task))
      originals.add(nameOriginal(task))
    },
    get size() {
      return tasks.size()
    },
  }
}

function createKills(now: () => number) {
  const kills = new LRUCache<string, number>({
    max: maxNames,
    ttl: quarantineMs,
    // Without this option the cache would also cache the current time for a moment.
    ttlResolution: 0,
    perf: { now },
  })
  return {
    count: (name: string) => kills.get(name) ?? 0,
    leftMs: (name: string) => kills.getRemainingTTL(name),
    add: (name: string) => void kills.set(name, (kills.get(name) ?? 0) + 1),
    size() {
      kills.purgeStale()
      return kills.size
    },
  }
}

function quarantined(leftMs: number): AppError {
  return new AppError(
    'RENDER_QUARANTINED',
    'Rendering this image has failed several times. It is refused for some minutes.',
    { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) },
  )
}

/**
 * Names a render by its variant and the version of its original; in a renderer service each path is new. A render from
 * a working copy, which carries the quality of its original, has another name: the original may be healthy.
 */
function nameTask(task: Task): string {
  if (task.kind !== 'render') return digestOf(`${task.kind} ${nameFile(task)}`)
  return digestOf(`${variantKey(task.variant)} ${task.original ?? ''} ${sourceOf(task)}`)
}

/** Names the original of a render: an original that is costly to decode is costly in every size. */
function nameOriginal(task: Task): string {
  if (task.kind !== 'render') return nameTask(task)
  return digestOf(`${task.original ?? task.variant.id} ${sourceOf(task)}`)
}

/** Names a file by its original. The file of an upload is read once, so its path names it. */
function nameFile(task: Exclude<Task, { kind: 'render' }>): string {
  return (task.kind === 'take-in' ? undefined : task.original) ?? task.path
}

function sourceOf({ originalQuality }: Extract<Task, { kind: 'render' }>): 'original' | 'copy' {
  return originalQuality === undefined ? 'original' : 'copy'
}
