import { AppError } from '@iaas/common/errors'
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

export function createChildSet(): ChildSet {
  const children = new Set<RenderChild>()
  const idle: RenderChild[] = []
  let isDisposed = false

  function start(): RenderChild {
    const child = startRenderChild()
    children.add(child)
    void child.ended.then(() => children.delete(child))
    return child
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
      return [...children].flatMap(({ pid, isAlive }) =>
        isAlive && pid !== undefined ? [pid] : [],
      )
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true
      await Promise.all([...children].map((child) => child.kill()))
    },
  }
}
