import { AppError } from '@iaas/common/errors'
import type { OwnCore } from './cores.ts'
import { type RenderChild, startRenderChild } from './render-child.ts'

/** The children of a pool: each is idle or taken. */
export type ChildSet = AsyncDisposable & {
  /** An idle child, or a new one. @throws AppError RENDERER_BUSY once the set is disposed of */
  take(): RenderChild
  /** Makes a child idle again; one that has ended is forgotten. */
  giveBack(child: RenderChild): void
  /** How many have been started so far. */
  readonly started: number
  /** The process ids of those that are alive. */
  readonly pids: readonly number[]
}

export type ChildSetOptions = {
  /** One for each child, or none. */
  readonly ownCores: readonly OwnCore[]
  /** How many there may be; as many are kept warm as have been needed lately. */
  readonly most: number
  /** See `Bounds`. */
  readonly mostDataBytes: number
  /** How long children stay that nobody needs, ms. One of them stays for good, so that the next task need not wait for a start. */
  readonly idleMs?: number
}

const defaultIdleMs = 60_000

export function createChildSet(options: ChildSetOptions): ChildSet {
  const { ownCores, most, mostDataBytes, idleMs = defaultIdleMs } = options
  const children = new Map<RenderChild, OwnCore | undefined>()
  const idle: RenderChild[] = []
  const taken = new Set<RenderChild>()
  // The fewest that were idle at any time since the last look: nobody has needed them.
  let unneeded = 0
  let isDisposed = false
  let started = 0

  function start(): RenderChild {
    const own = findFreeCore()
    const child = startRenderChild({ own, mostDataBytes })
    children.set(child, own)
    started += 1
    void child.ended.then(() => replace(child))
    return child
  }

  /** Whoever comes next need not wait for its start. What ends without a task would end again. */
  function replace(child: RenderChild): void {
    children.delete(child)
    if (taken.delete(child) && !isDisposed && children.size < most) idle.push(start())
  }

  /** A child that was killed takes no core from the one that follows it. */
  function findFreeCore(): OwnCore | undefined {
    const held = new Set([...children].flatMap(([{ isAlive }, own]) => (isAlive ? [own] : [])))
    return ownCores.find((own) => !held.has(own))
  }

  function endUnneeded(): void {
    // The first of them has been idle for the longest time.
    const spare = Math.min(unneeded, idle.length - 1)
    for (const child of idle.splice(0, Math.max(0, spare))) void child.kill()
    unneeded = idle.length
  }
  const looking = setInterval(endUnneeded, idleMs).unref()

  function lend(child: RenderChild): RenderChild {
    taken.add(child)
    return child
  }

  return {
    take() {
      if (isDisposed) throw new AppError('RENDERER_BUSY', 'The renderer is ending.')
      // The one that worked last has the warmest caches.
      for (let child = idle.pop(); child !== undefined; child = idle.pop()) {
        unneeded = Math.min(unneeded, idle.length)
        if (child.isAlive) return lend(child)
      }
      return lend(start())
    },
    giveBack(child) {
      if (!child.isAlive) return
      taken.delete(child)
      idle.push(child)
    },
    get started() {
      return started
    },
    get pids() {
      return [...children.keys()].flatMap(({ pid, isAlive }) =>
        isAlive && pid !== undefined ? [pid] : [],
      )
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true
      clearInterval(looking)
      await Promise.all([...children.keys()].map((child) => child.kill()))
    },
  }
}
