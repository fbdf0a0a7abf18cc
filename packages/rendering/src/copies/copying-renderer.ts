import { setTimeout as delay } from 'node:timers/promises'
import { type ErrorCode, isAppError } from '@iaas/common/errors'
import { type Variant, isCopied, keepsAnimation } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { Copier, RenderTask, Renderer } from '@iaas/common/ports/renderer'
import type { WorkingCopy, WorkingCopyStore } from '@iaas/common/ports/working-copy-store'
import type { CopyMetrics } from './copy-metrics.ts'
import { createCopyQueue } from './copy-queue.ts'

/** Longest time that an upload waits for its working copy, ms. */
const longestCopyMs = 15_000
/** Pause between attempts while no child is free, ms. */
const retryAfterMs = 100

export type CopyingRendererOptions = {
  readonly renderer: Renderer & Copier
  readonly copies: WorkingCopyStore
  /** If true, makes copies; otherwise only uses existing ones. */
  readonly isMaking: boolean
  readonly metrics: CopyMetrics
  readonly log: Logger
}

/** A renderer that can prepare for later renders. */
export type PreparingRenderer = Renderer & {
  /** Requests a working copy of this original in the background if it is costly to decode. */
  prepare(original: OriginalRef): void
  /** Makes a working copy now. Requests one in the background if that fails or takes too long; never rejects. */
  prepareNow(original: OriginalRef): Promise<void>
}

/**
 * Renders from working copies if there are any, and requests copies of originals whose render was costly. A lost or
 * damaged copy only costs a second attempt, from the original.
 */
export function createCopyingRenderer(
  options: CopyingRendererOptions,
): PreparingRenderer & AsyncDisposable {
  const { renderer, copies, isMaking, metrics, log } = options
  const queue = createCopyQueue({ make, log })

  function prepare(original: OriginalRef): void {
    if (isMaking) queue.add(original)
  }

  async function make(original: OriginalRef, signal: AbortSignal): Promise<void> {
    if ((await copies.find(original)) !== undefined) return
    await using place = await copies.reserve(original)
    const outcome = await renderer.copy({ original, outputPath: place.path }, signal)
    if (outcome.kind === 'copied') await place.keep(outcome.quality)
    metrics.copy(outcome.kind)
  }

  async function prepareNow(original: OriginalRef): Promise<void> {
    if (!isMaking) return
    const signal = AbortSignal.timeout(longestCopyMs)
    try {
      while (!(await tryMake(original, signal))) await delay(retryAfterMs, undefined, { signal })
    } catch (error) {
      log.warn('working copy not made', { error })
      queue.add(original)
    }
  }

  /** Returns false while no child is free. */
  async function tryMake(original: OriginalRef, signal: AbortSignal): Promise<boolean> {
    try {
      await make(original, signal)
      return true
    } catch (error) {
      if (isAppError(error, 'RENDERER_BUSY')) return false
      throw error
    }
  }

  async function find(original: OriginalRef): Promise<WorkingCopy | undefined> {
    try {
      return await copies.find(original)
    } catch (error) {
      log.warn('working copy lookup failed', { error })
      return undefined
    }
  }

  async function discard(copy: WorkingCopy, error: unknown): Promise<void> {
    log.warn('working copy discarded', { error })
    metrics.copy('discarded')
    await copies.remove(copy).catch(() => {})
  }

  /**
   * Requests a copy if variants of this format are rendered from copies: a copy may take longer than a render. For other
   * formats a timeout ends all work.
   */
  async function prepareSlowFormat(original: OriginalRef): Promise<void> {
    try {
      const { format } = await renderer.inspect(original)
      if (isCopied(format)) prepare(original)
    } catch (error) {
      log.warn('working copy not requested', { error })
    }
  }

  async function renderOriginal(task: RenderTask, signal?: AbortSignal) {
    const outcome = await renderer.render(task, signal).catch((error: unknown) => {
      if (isAppError(error, 'RENDER_TIMEOUT')) void prepareSlowFormat(task.original)
      throw error
    })
    metrics.render('original')
    if (outcome.kind === 'rendered' && outcome.isCostly) prepare(task.original)
    return outcome
  }

  /**
   * Returns true if the striking point is still to be found. It is found in the original, because the pixels of a copy differ a
   * little; but originals that are slow to decode always have a copy.
   */
  async function findsPoint({ original, variant, striking }: RenderTask, signal?: AbortSignal) {
    if (variant.gravity !== 'smart' || striking !== undefined) return false
    return !isCopied((await renderer.inspect(original, signal)).format)
  }

  return {
    inspect: (original, signal, given) => renderer.inspect(original, signal, given),
    describe: (task, signal) => renderer.describe(task, signal),
    ingest: (task, signal) => renderer.ingest(task, signal),
    prepare,
    prepareNow,
    async render(task, signal) {
      const copy = needsOriginal(task.variant) ? undefined : await find(task.original)
      if (copy === undefined || (await findsPoint(task, signal))) {
        return renderOriginal(task, signal)
      }
      try {
        const outcome = await renderer.render({ ...task, copy }, signal)
        metrics.render('copy')
        return outcome
      } catch (error) {
        if (!isOfFile(error)) throw error
        await discard(copy, error)
        return renderOriginal(task, signal)
      }
    },
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  }
}

/** Returns true for what a working copy lacks: it has only the first frame, and is in sRGB. */
function needsOriginal(variant: Variant): boolean {
  return keepsAnimation(variant) || variant.frame > 0 || variant.profile !== 'srgb'
}

/** Errors that the file itself may have caused. */
const fileErrors = new Set<ErrorCode>([
  'ORIGINAL_NOT_FOUND',
  'IMAGE_DAMAGED',
  'IMAGE_UNSUPPORTED',
  'IMAGE_TOO_LARGE',
  'STORE_UNAVAILABLE',
  'RENDER_FAILED',
  'RENDER_QUARANTINED',
])

function isOfFile(error: unknown): boolean {
  return isAppError(error) && fileErrors.has(error.code)
}
