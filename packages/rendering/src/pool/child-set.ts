import { AppError } from '@iaas/common/errors'
import type { WorkerSettings } from '../protocol.ts'
import type { OwnCore } from './cores.ts'
import { type RenderChild, startRenderChild } from './render-child.ts'

/** Children of a pool, each idle or taken. */
export type ChildSet = AsyncDisposable & {
  /** Returns an idle child or a new one. @throws AppError RENDERER_BUSY once the set is disposed of */
  take(): RenderChild
  /** Makes a child idle again; drops one that has ended. */
  giveBack(child: RenderChild): void
  /** Number of children started so far. */
  readonly started: number
  /** Process ids of the live children. */
  readonly pids: readonly number[]
}

export type ChildSetOptions = {
  /** One core per child, or none. */
  readonly ownCores: readonly OwnCore[]
  /** Maximum number of children. As many are kept warm as were needed recently. */
  readonly most: number
  /** See `Bounds`. */
  readonly mostDataBytes: number
  readonly settings: WorkerSettings
  /**
   * Time that unneeded children stay, ms. One of them always stays, so that the next task need not wait for a start.
   */
  readonly idleMs?: number
}

const defaultIdleMs = 60_000

export function createChildSet(options: ChildSetOptions): ChildSet {
  const { ownCores, most, mostDataBytes, settings, idleMs = defaultIdleMs } = options
  const children = new Map<RenderChild, OwnCore | undefined>()
  const idle: RenderChild[] = []
  const taken = new Set<RenderChild>()
  // Lowest number of idle children since the last check: nobody needed them.
  let unneeded = 0
  let isDisposed = false
  let started = 0

  function start(): RenderChild {
    const own = findFreeCore()
    const child = startRenderChild({ own, mostDataBytes }, settings)
    children.set(child, own)
    started += 1
    void child.ended.then(() => replace(child))
    return child
  }

  /**
   * Starts a replacement, so that the next task need not wait for it. A child that ended without a task is not
   * replaced: its replacement would end as well.
   */
  function replace(child: RenderChild): void {
    children.delete(child)
    if (taken.delete(child) && !isDisposed && children.size < most) idle.push(start())
  }

  /** Returns a core without a live child: a killed child no longer holds its core. */
  function findFreeCore(): OwnCore | undefined {
    const held = new Set([...children].flatMap(([{ isAlive }, own]) => (isAlive ? [own] : [])))
    return ownCores.find((own) => !held.has(own))
  }

  function endUnneeded(): void {
    // The first ones have been idle longest.
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
      // The child that worked last has the warmest caches.
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
