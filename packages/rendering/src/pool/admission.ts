import { AppError } from '@iaas/common/errors'

export type AdmissionOptions = {
  /** Capacity; the caller defines the unit. */
  readonly capacity: number
  /** Maximum number of waiters. */
  readonly queueLimit: number
  /** Maximum wait, ms. */
  readonly queueTimeoutMs: number
}

export type Admission = {
  /**
   * Waits until `share` of the capacity is free, in order of arrival. The caller returns it by calling the result once.
   *
   * @throws AppError RENDERER_BUSY; the reason of `signal` if it aborts while waiting
   */
  enter(share: number, signal?: AbortSignal): Promise<() => void>
  /** Like `enter`, if that much is free now and nobody waits; otherwise returns undefined. */
  tryEnter(share: number): (() => void) | undefined
  readonly inside: number
  readonly waiting: number
}

type Waiter = { readonly share: number; readonly admit: () => void }

/** Creates a weighted semaphore whose queue is bounded in length and in time. */
export function createAdmission(options: AdmissionOptions): Admission {
  const { capacity, queueLimit, queueTimeoutMs } = options
  const queue: Waiter[] = []
  let inside = 0

  function take(share: number): () => void {
    inside += share
    let isGivenBack = false
    return () => {
      if (isGivenBack) return
      isGivenBack = true
      inside -= share
      admitNext()
    }
  }

  function admitNext(): void {
    for (
      let next = queue[0];
      next !== undefined && inside + next.share <= capacity;
      next = queue[0]
    ) {
      queue.shift()
      next.admit()
    }
  }

  function wait(share: number, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        const index = queue.indexOf(waiter)
        if (index !== -1) queue.splice(index, 1)
        reject(reason)
        admitNext()
      }
      const abort = () => leave(signal?.reason)
      const timer = setTimeout(() => leave(busy()), queueTimeoutMs)
      const waiter: Waiter = {
        share,
        admit() {
          clearTimeout(timer)
          signal?.removeEventListener('abort', abort)
          resolve(take(share))
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      queue.push(waiter)
    })
  }

  function tryEnter(share: number): (() => void) | undefined {
    return queue.length === 0 && inside + share <= capacity ? take(share) : undefined
  }

  return {
    tryEnter,
    async enter(share, signal) {
      signal?.throwIfAborted()
      const entered = tryEnter(share)
      if (entered !== undefined) return entered
      if (queue.length >= queueLimit) throw busy()
      return wait(share, signal)
    },
    get inside() {
      return inside
    },
    get waiting() {
      return queue.length
    },
  }
}

export function busy(cause?: unknown): AppError {
  return new AppError('RENDERER_BUSY', 'Too many images are being rendered. Try again later.', {
    cause,
  })
}
