import type { ObjectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { type Variant, defaultVariantOptions } from '@iaas/common/image'
import type { Link } from '@iaas/common/ports/link-store'
import type { KnownEpochs } from '../epochs/known-epochs.ts'
import { answerAfresh } from '../epochs/answer-afresh.ts'
import type { FindSource, VariantSource } from '../find-source.ts'
import type { ImageContext } from '../image-context.ts'
import { type ImageReply, image, noteOf, outcomeOf, proxied, timingOf } from '../image-reply.ts'
import type { CachedLinks } from '../links/cached-links.ts'
import type { OpenLinked } from '../proxied/open-linked.ts'
import type { MissOutcome, Renditions } from '../renditions/renditions.ts'
import { validatorsOf } from '../validators.ts'
import { type FindObject, type FoundObject, objectNotFound } from './find-object.ts'

export type ServeObjectOptions = {
  readonly findObject: FindObject
  readonly findSource: FindSource
  readonly links: Pick<CachedLinks, 'find'>
  readonly openLinked: OpenLinked
  readonly renditions: Renditions
  readonly epochs: KnownEpochs
  /** See `watchStore`. */
  readonly isStoreAway: () => boolean
}

/**
 * Answers the key of an object that the CDN could not get from the bucket: with the object if this service can read it, from the
 * spool, or by a render within the limits of all renders.
 *
 * @throws AppError ORIGINAL_NOT_FOUND, ORIGINAL_GONE, or the errors of a render
 */
export type ServeObject = (key: ObjectKey, context: ImageContext) => Promise<ImageReply>

type ObjectRequest = FoundObject & { readonly key: ObjectKey }

type Stored = {
  readonly variant: Variant
  readonly original: VariantSource
  readonly context: ImageContext
}

export function createServeObject(options: ServeObjectOptions): ServeObject {
  const { findObject, findSource, links, openLinked, renditions, epochs, isStoreAway } = options

  async function serve(request: ObjectRequest, context: ImageContext): Promise<ImageReply> {
    const { id, key, variant, isLinked } = request
    const mark = renditions.mark()
    const epoch = epochs.of(id)
    const original = await findSource(variant ?? { ...defaultVariantOptions, id })
    if (original === undefined || variant === undefined) throw objectNotFound()
    const stored = { variant, original, context }
    if (context.isFresh(validatorsOf(variant, original))) {
      return image(variant, original, 'not-modified', undefined, {})
    }
    if (context.headOnly) return image(variant, original, 'head', undefined, {})
    const link = isLinked ? { key } : await links.find(variant)
    const opened = link && (await open(stored, link))
    if (opened !== undefined && 'kind' in opened) return opened
    const isStored = opened?.isStored ?? false
    const client = context.client()
    const job = { variant, original, epoch, isStored, mark, client }
    return answer(stored, await renditions.get(job, context.signal()))
  }

  /** Returns the object, or tells whether it is stored. A render answers sooner than a store that is known to be away. */
  async function open({ variant, original, context }: Stored, link: Link) {
    if (isStoreAway()) return { isStored: true }
    const linked = await openLinked(variant, link, context.client())
    if (linked.kind === 'unread') return { isStored: linked.isStored }
    return proxied(variant, original, linked.object, {})
  }

  async function answer(
    stored: Stored,
    outcome: MissOutcome & { readonly coalesced: boolean },
  ): Promise<ImageReply> {
    const { variant, original } = stored
    if (outcome.kind === 'out-of-bounds') throw objectNotFound()
    if (outcome.kind !== 'linked') {
      const reply = image(variant, original, outcomeOf(outcome), outcome.bytes, timingOf(outcome))
      return { ...reply, note: noteOf(outcome) }
    }
    // It was stored meanwhile.
    const opened = await open(stored, outcome.link)
    if ('kind' in opened) return opened
    throw new AppError('STORE_UNAVAILABLE', 'The stored image cannot be read just now.')
  }

  const serveAfresh = answerAfresh(serve, epochs)
  return async function serveObject(key, context) {
    return serveAfresh({ ...(await findObject(key)), key }, context)
  }
}
