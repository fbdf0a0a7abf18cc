import { AppError } from '@iaas/common/errors'
import type { OwnCore } from './cores.ts'
import { type RenderChild, startRenderChild } from './render-child.ts'

/** The children of a pool: each is idle or taken. */
export type ChildSet = AsyncDisposable & {
  /** An idle child, or a new one. @throws AppError RENDERER_BUSY once the set is disposed of */
  take(): RenderChild
  /** Makes a child idle again; one that has ended is forgotten. */
  giveBack(child: RenderChild): void
  /** The process ids of those that are alive. */
  readonly pids: readonly number[]
}

export type ChildSetOptions = {
  /** One for each child, or none. */
  readonly ownCores: readonly OwnCore[]
  /** See `Bounds`. */
  readonly mostDataBytes: number
}

export function createChildSet({ ownCores, mostDataBytes }: ChildSetOptions): ChildSet {
  const children = new Map<RenderChild, OwnCore | undefined>()
  const idle: RenderChild[] = []
  let isDisposed = false

  function start(): RenderChild {
    const own = findFreeCore()
    const child = startRenderChild({ own, mostDataBytes })
    children.set(child, own)
    void child.ended.then(() => children.delete(child))
    return child
  }

  /** A child that was killed takes no core from the one that follows it. */
  function findFreeCore(): OwnCore | undefined {
    const taken = new Set([...children].flatMap(([{ isAlive }, own]) => (isAlive ? [own] : [])))
    return ownCores.find((own) => !taken.has(own))
  }

  return {
    take() {
      if (isDisposed) throw new AppError('RENDERER_BUSY', 'The renderer is ending.')
      // The one that worked last has the warmest caches.
      for (let child = idle.pop(); child !== undefined; child = idle.pop()) {
        if (child.isAlive) return child
      }
      return start()
    },
    giveBack(child) {
      if (child.isAlive) idle.push(child)
    },
    get pids() {
      return [...children.keys()].flatMap(({ pid, isAlive }) =>
        isAlive && pid !== undefined ? [pid] : [],
      )
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true
      await Promise.all([...children.keys()].map((child) => child.kill()))
    },
  }
}
