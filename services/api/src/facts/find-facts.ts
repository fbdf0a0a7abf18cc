import { createSingleFlight } from '@iaas/common/concurrency/single-flight'
import { isAppError } from '@iaas/common/errors'
import type { ImageFacts } from '@iaas/common/image-facts'
import type { Logger } from '@iaas/common/log'
import { type OriginalRef, originalKey } from '@iaas/common/original-ref'
import type { FactsStore } from '@iaas/common/ports/facts-store'
import type { DescribeTask, Renderer } from '@iaas/common/ports/renderer'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import type { RenderLimits } from '../limits/render-limits.ts'

export type FactsOptions = {
  readonly renderer: Pick<Renderer, 'describe'>
  readonly store: FactsStore
  readonly limits: RenderLimits
  /** Longest time that the answer to an upload waits for its facts, ms. */
  readonly uploadWaitMs: number
  readonly log: Logger
}

/** Facts about originals: kept ones, or computed ones, which are then kept. */
export type Facts = {
  /** Returns the facts that are kept. A store that fails has none. */
  findKept(original: OriginalRef): Promise<ImageFacts | undefined>
  /**
   * Computes facts. Concurrent callers share one computation.
   *
   * @throws AppError as `Renderer.describe` does; TOO_MANY_RENDERS
   */
  compute(original: OriginalRef, client: string, signal: AbortSignal): Promise<ImageFacts>
  /**
   * Computes the facts about a new original if a child is idle. Returns undefined if they take too long; they are then kept
   * for the first request. Never rejects.
   */
  computeSoon(original: OriginalRef): Promise<ImageFacts | undefined>
}

export function createFacts(options: FactsOptions): Facts {
  const { renderer, store, limits, uploadWaitMs, log } = options
  const flights = createSingleFlight<ImageFacts>()

  async function describe(task: DescribeTask, signal?: AbortSignal): Promise<ImageFacts> {
    const facts = await renderer.describe(task, signal)
    await store.keep(task.original, facts).catch((error: unknown) => {
      log.warn('facts not kept', { id: task.original.id, error })
    })
    return facts
  }

  async function describeIdly(original: OriginalRef): Promise<ImageFacts | undefined> {
    try {
      return await describe({ original, onlyIdle: true })
    } catch (error) {
      if (!isAppError(error, 'RENDERER_BUSY')) {
        log.warn('facts not computed', { id: original.id, error })
      }
      return undefined
    }
  }

  return {
    async findKept(original) {
      try {
        return await store.find(original)
      } catch (error) {
        log.warn('facts not looked for', { id: original.id, error })
        return undefined
      }
    },
    compute(original, client, signal) {
      const work = async (flight: AbortSignal) => {
        await limits.take(client, original.id)
        return describe({ original, client }, flight)
      }
      return flights.join(originalKey(original), work, signal)
    },
    computeSoon: (original) =>
      withDeadline(describeIdly(original), uploadWaitMs).catch(() => undefined),
  }
}
