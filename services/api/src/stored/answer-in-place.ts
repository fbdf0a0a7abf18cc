import { type Variant, variantKey } from '@iaas/common/image'
import type { Link } from '@iaas/common/ports/link-store'
import type { KnownEpochs } from '../epochs/known-epochs.ts'
import type { FindSource } from '../find-source.ts'
import type { Timing } from '../http/timing.ts'
import { type ImageReply, image, outcomeOf, timingOf } from '../image-reply.ts'
import type { Renditions } from '../renditions/renditions.ts'
import type { ImageContext } from '../image-context.ts'
import { validatorsOf } from '../validators.ts'
import { createSpareRenders } from './spare-renders.ts'

/** TTL of answers during an outage, s: the store should be back soon. */
const maxAgeSeconds = 60
const maxSpareRenders = 4

export type AnswerInPlaceOptions = {
  /** See `watchStore`. */
  readonly isStoreAway: () => boolean
  readonly findSource: FindSource
  readonly renditions: Renditions
  readonly epochs: Pick<KnownEpochs, 'of'>
}

export type StoredVariant = {
  readonly variant: Variant
  readonly link: Link
  readonly context: ImageContext
  readonly timing: Timing
}

/** Answers a hit while the store is down. Resolves to undefined if clients should be redirected as usual. */
export type AnswerInPlace = (stored: StoredVariant) => Promise<ImageReply | undefined>

/** Answers from the spool, or by a render while few of these are in progress. */
export function createAnswerInPlace(options: AnswerInPlaceOptions): AnswerInPlace {
  const { isStoreAway, findSource, renditions, epochs } = options
  const spare = createSpareRenders(maxSpareRenders)

  return async function answerInPlace({ variant, link, context, timing }) {
    // Links of the legacy iaas may lead to another store.
    if (!isStoreAway() || link.key === undefined) return undefined
    const epoch = epochs.of(variant.id)
    const original = await findSource(variant)
    if (original === undefined) return undefined
    const isFresh = context.isFresh(validatorsOf(variant, original))
    if (isFresh || context.headOnly) {
      const reply = image(variant, original, isFresh ? 'not-modified' : 'head', undefined, timing)
      return { ...reply, maxAge: maxAgeSeconds }
    }
    const signal = context.signal()
    const job = { variant, original, epoch, isStored: true, client: context.client() }
    // On any failure the client is redirected; the CDN may have a copy.
    const made = spare
      .run(variantKey(variant), () => renditions.get(job, signal))
      ?.catch(() => signal.throwIfAborted())
    const outcome = await made
    if (outcome === undefined) return undefined
    if (outcome.kind !== 'rendered' && outcome.kind !== 'spooled') return undefined
    const times = { ...timing, ...timingOf(outcome) }
    const reply = image(variant, original, outcomeOf(outcome), outcome.bytes, times)
    return { ...reply, maxAge: maxAgeSeconds }
  }
}
