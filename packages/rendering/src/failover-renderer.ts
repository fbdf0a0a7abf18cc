import { setTimeout as delay } from 'node:timers/promises'
import type { CircuitBreaker } from '@iaas/common/concurrency/circuit-breaker'
import { isAppError } from '@iaas/common/errors'
import type { Copier, Renderer } from '@iaas/common/ports/renderer'

export type FailoverRendererOptions = {
  readonly primary: Renderer & Copier
  /** Circuit breaker of the primary. */
  readonly breaker: CircuitBreaker
  /** Does the work while the primary cannot be reached; undefined: nothing does. */
  readonly fallback: (Renderer & Copier) | undefined
}

/** Maximum wait for an unreachable renderer without a fallback, ms: all its replicas may be replaced at once. */
export const maxWaitMs = 10_000
const pauseMs = 100

/**
 * Renders on the primary, or on the fallback, if there is one, while the primary cannot be reached.
 *
 * Without a fallback every method may fail with RENDERER_UNREACHABLE.
 */
export function createFailoverRenderer(options: FailoverRendererOptions): Renderer & Copier {
  const { primary, breaker, fallback } = options

  async function attempt<T>(
    by: (renderer: Renderer & Copier) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const giveUpAt = performance.now() + maxWaitMs
    for (;;) {
      try {
        return await breaker.run(() => by(primary))
      } catch (error) {
        if (!isAppError(error, 'RENDERER_UNREACHABLE')) throw error
        if (fallback !== undefined) return by(fallback)
        if (performance.now() > giveUpAt) throw error
        await delay(pauseMs, undefined, signal && { signal })
      }
    }
  }

  return {
    inspect: (original, signal, given) =>
      attempt((renderer) => renderer.inspect(original, signal, given), signal),
    describe: (task, signal) => attempt((renderer) => renderer.describe(task, signal), signal),
    render: (task, signal) => attempt((renderer) => renderer.render(task, signal), signal),
    ingest: (task, signal) => attempt((renderer) => renderer.ingest(task, signal), signal),
    copy: (task, signal) => attempt((renderer) => renderer.copy(task, signal), signal),
  }
}
