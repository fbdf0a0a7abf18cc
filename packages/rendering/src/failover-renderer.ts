import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { isAppError } from '@iaas/common/errors'
import type { Copier, Renderer } from '@iaas/common/ports/renderer'

export type FailoverRendererOptions = {
  readonly primary: Renderer & Copier
  /** Of the primary. */
  readonly breaker: CircuitBreaker
  /** Does the work while the primary cannot be reached. */
  readonly fallback: Renderer & Copier
}

/** Decodes by the primary; by the fallback while that cannot be reached, so that an original is always servable. */
export function createFailoverRenderer(options: FailoverRendererOptions): Renderer & Copier {
  const { primary, breaker, fallback } = options

  async function attempt<T>(by: (renderer: Renderer & Copier) => Promise<T>): Promise<T> {
    try {
      return await breaker.run(() => by(primary))
    } catch (error) {
      if (!isAppError(error, 'RENDERER_UNREACHABLE')) throw error
      return by(fallback)
    }
  }

  return {
    inspect: (path, signal) => attempt((renderer) => renderer.inspect(path, signal)),
    render: (job, signal) => attempt((renderer) => renderer.render(job, signal)),
    takeIn: (job, signal) => attempt((renderer) => renderer.takeIn(job, signal)),
    copy: (job, signal) => attempt((renderer) => renderer.copy(job, signal)),
  }
}
