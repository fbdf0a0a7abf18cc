import { types } from 'node:util'
import { addressOf } from '@iaas/common/cdn'
import {
  type AllowedSizes,
  type Policy,
  type SizedRequest,
  type Variant,
  type VariantKey,
  assertAllowedSize,
  boundRequest,
  boundsFor,
  presetRequired,
  isUndecided,
  toVariant,
  variantKey,
} from '@iaas/common/image'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { Epoch } from '@iaas/common/ports/epochs'
import type { Link } from '@iaas/common/ports/link-store'
import type { KnownEpochs } from './epochs/known-epochs.ts'
import { createBoundByOriginal } from './bound-by-original.ts'
import { originalNotFound } from './original-not-found.ts'
import type { Timing } from './http/timing.ts'
import type { ImageContext } from './image-context.ts'
import type { FindOpacity } from './known-opacity.ts'
import type { FindSource, VariantSource } from './find-source.ts'
import type { FindSize } from './known-sizes.ts'
import type { CachedLinks } from './links/cached-links.ts'
import {
  type ImageReply,
  bounded,
  hit,
  image,
  outcomeOf,
  proxied,
  noteOf,
  timingOf,
} from './image-reply.ts'
import type { LinkedObject, OpenLinked } from './proxied/open-linked.ts'
import type { Renditions } from './renditions/renditions.ts'
import type { Mark } from './renditions/stored-watch.ts'
import type { AnswerInPlace } from './stored/answer-in-place.ts'
import { validatorsOf } from './validators.ts'

export type ServeImageOptions = {
  readonly policy: Policy
  readonly allowedSizes: AllowedSizes
  /** Refuses redirects within the bounds: their targets are not bare forms of presets. */
  readonly isPresetOnly: boolean
  readonly links: CachedLinks
  readonly findSource: FindSource
  readonly cdn: Pick<Cdn, 'address'>
  readonly openLinked: OpenLinked
  readonly findSize: FindSize
  readonly findOpacity: FindOpacity
  readonly renditions: Renditions
  readonly answerInPlace: AnswerInPlace
  readonly epochs: Pick<KnownEpochs, 'of'>
  /** See `watchStore`. */
  readonly isStoreAway: () => boolean
}

type Unread = Extract<LinkedObject, { readonly kind: 'unread' }>

export type ServeImage = (request: SizedRequest, context: ImageContext) => Promise<ImageReply>

/** Returns true if a hit is served through this service. A redirect would lose the name of a download. */
function isProxied({ options: { proxy, download } }: SizedRequest): boolean {
  return proxy || download !== false
}

/** Answers a sized request by its link, by a redirect within the bounds, or by a render. */
export function createServeImage(options: ServeImageOptions): ServeImage {
  const { policy, allowedSizes, links, findSource, cdn, openLinked, renditions } = options
  const { findOpacity, answerInPlace, epochs, isStoreAway, isPresetOnly } = options
  const bound = createBoundByOriginal(options)

  return async function serveImage(request, context) {
    const chosen = chooseVariant(request, context)
    const variant = types.isPromise(chosen) ? await chosen : chosen
    assertAllowedSize(variant, allowedSizes)
    const bounds = boundsFor(variant.format, policy)
    const boundedBox = boundRequest(request, variant, bounds, allowedSizes)
    const mark = renditions.mark()
    const startedAt = performance.now()
    // Formed before anything waits, while the changed options of the variant are known.
    const key = variantKey(variant)
    const link = boundedBox === undefined ? await links.find(variant, key) : undefined
    const lookup = performance.now() - startedAt
    let isStored = false
    if (link !== undefined) {
      // Answers most hits without further awaits or allocations.
      if (!isProxied(request) && !isStoreAway()) return redirectToStored(key, link, { lookup })
      const reply = await answerHit({ request, variant, link, context, timing: { lookup } })
      if (reply.kind !== 'unread') return reply
      isStored = reply.isStored
    }
    // Noted before the original is read: whatever is raised from now on keeps its rendition out.
    const epoch = epochs.of(variant.id)
    const original = await findSource(variant)
    if (original === undefined) throw originalNotFound(request)
    if (boundedBox !== undefined) return redirectTo(boundedBox, context)
    return answerMiss({ request, variant, original, epoch, isStored, mark, context, lookup })
  }

  /** Asks for the opacity of an original only if the answer depends on it. */
  function chooseVariant(request: SizedRequest, context: ImageContext): Variant | Promise<Variant> {
    const { accepted, signal } = context
    if (!isUndecided(request, policy, accepted)) return toVariant(request, policy, accepted)
    return findOpacity(request.id, signal).then((isOpaque) => {
      if (isOpaque === undefined) throw originalNotFound(request)
      return toVariant(request, policy, accepted, isOpaque ? 'jpg' : 'png')
    })
  }

  type Hit = {
    readonly request: SizedRequest
    readonly variant: Variant
    readonly link: Link
    readonly context: ImageContext
    readonly timing: Timing
  }

  /** Returns `unread` if the stored object cannot be sent, so that the variant is rendered. */
  async function answerHit(found: Hit): Promise<ImageReply | Unread> {
    const { request, variant, link, context, timing } = found
    if (!isProxied(request)) {
      return (await answerInPlace(found)) ?? redirectToStored(variantKey(variant), link, timing)
    }
    const original = await findSource(variant)
    if (context.isFresh(validatorsOf(variant, original))) {
      return image(variant, original, 'not-modified', undefined, timing)
    }
    const linked = await openLinked(variant, link, context.client())
    if (linked.kind === 'unread') return linked
    return proxied(variant, original, linked.object, timing)
  }

  function redirectToStored(key: VariantKey, link: Link, timing: Timing): ImageReply {
    return hit(key, addressOf(link, cdn), timing)
  }

  type Miss = {
    readonly request: SizedRequest
    readonly variant: Variant
    readonly original: VariantSource
    readonly epoch: Epoch
    readonly isStored: boolean
    readonly mark: Mark
    readonly context: ImageContext
    readonly lookup: number
  }

  async function answerMiss(miss: Miss): Promise<ImageReply> {
    const { request, variant, original, epoch, isStored, mark, context, lookup } = miss
    if (context.isFresh(validatorsOf(variant, original))) {
      return image(variant, original, 'not-modified', undefined, { lookup })
    }
    const earlier = await bound.beforeRender(request, variant, original, context)
    if (earlier !== undefined) return redirectTo(earlier, context)
    if (context.headOnly) return image(variant, original, 'head', undefined, { lookup })
    const outcome = await renditions.get(
      { variant, original, epoch, isStored, mark, client: context.client() },
      context.signal(),
    )
    switch (outcome.kind) {
      case 'linked': {
        const { link } = outcome
        const timing = { lookup }
        const reply = await answerHit({ request, variant, link, context, timing })
        return reply.kind === 'unread' ? redirectToStored(variantKey(variant), link, timing) : reply
      }
      case 'out-of-bounds': {
        const smaller = bound.bySource(request, variant, outcome.source)
        if (smaller === undefined)
          throw new Error('A result within its bounds was taken for one outside.')
        return redirectTo(smaller, context)
      }
      case 'spooled':
      case 'rendered':
        return {
          ...image(variant, original, outcomeOf(outcome), outcome.bytes, {
            lookup,
            ...timingOf(outcome),
          }),
          note: noteOf(outcome),
        }
    }
  }

  /** Never redirects to an address that would be refused. @throws AppError SIZE_NOT_OFFERED, PRESET_REQUIRED */
  function redirectTo(smaller: SizedRequest, { accepted }: ImageContext): ImageReply {
    if (isPresetOnly) throw presetRequired()
    assertAllowedSize(toVariant(smaller, policy, accepted), allowedSizes)
    return bounded(smaller)
  }
}
