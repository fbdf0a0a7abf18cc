import { cacheTag } from '@iaas/common/cache-tag'
import { type ObjectKey, renditionDigest } from '@iaas/common/digest'
import { AppError, isAppError } from '@iaas/common/errors'
import { formats } from '@iaas/common/image'
import type { ObjectKeys } from '@iaas/common/object-keys'
import type { Epochs } from '@iaas/common/ports/epochs'
import type { LinkStore } from '@iaas/common/ports/link-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { Spool } from '@iaas/common/ports/spool'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import { readObject } from '@iaas/common/streams/read-object'
import { findStored } from './find-stored.ts'

export type PutObjectOptions = {
  readonly keys: ObjectKeys
  readonly spool: Spool
  readonly variants: VariantStore
  readonly links: Pick<LinkStore, 'find'>
  readonly epochs: Pick<Epochs, 'of'>
  /** Returns the error of the variant store while its circuit is open. */
  readonly storeOutage: () => Error | undefined
  readonly originals: OriginalStore
  readonly renderer: Renderer
}

/** Puts the object of a rendition into the variant store, unless its link would be refused. Resolves to its key. Idempotent. */
export type PutObject = (rendition: WaitingRendition, signal?: AbortSignal) => Promise<ObjectKey>

export function createPutObject(options: PutObjectOptions): PutObject {
  const { keys, spool, variants, links, epochs, storeOutage, originals, renderer } = options

  /** Reads the bytes from the spool, which may have lost them or not answer. Each concurrent job holds one rendition. */
  async function findSpooled(rendition: WaitingRendition): Promise<Uint8Array | undefined> {
    const spooled = await spool.get(renditionDigest(rendition)).catch((error: unknown) => {
      if (isAppError(error, 'STORE_UNAVAILABLE')) return undefined
      throw error
    })
    return spooled?.bytes
  }

  /**
   * Reads the bytes of another rendition of the variant, if one has been stored since. The epoch is compared after the lookup:
   * the link is not one of a later life of the original, nor one that a raise has deleted.
   */
  async function findLinked({
    variant,
    epoch = 0,
  }: WaitingRendition): Promise<Uint8Array | undefined> {
    const key = (await links.find(variant))?.key
    if (key === undefined || (await epochs.of(variant.id)).epoch > epoch) return undefined
    return readObject(variants, key)
  }

  /** A link of a lower epoch is refused, so that nobody would use its object; after a deletion it must not be there. */
  async function isFenced({ variant, epoch = 0 }: WaitingRendition): Promise<boolean> {
    return (await epochs.of(variant.id)).epoch > epoch
  }

  async function renderAgain(
    { variant }: WaitingRendition,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const original = await originals.find(variant.id)
    if (original === undefined) {
      throw new AppError('ORIGINAL_NOT_FOUND', 'The original of a waiting rendition is gone.')
    }
    const outcome = await renderer.render({ original, variant }, signal)
    if (outcome.kind === 'rendered') return outcome.bytes
    throw new AppError('INVALID_IMAGE_URL', 'A waiting rendition is outside the bounds.')
  }

  return async function putObject(rendition, signal) {
    // Fails before the bytes are fetched or rendered in vain. The last attempt may end here, so the error must say why.
    const outage = storeOutage()
    if (outage !== undefined) {
      throw new AppError('STORE_UNAVAILABLE', outage.message, { cause: outage })
    }
    const spooled = await findSpooled(rendition)
    // A job that runs again after its first run emptied the spool has nothing left to do.
    const stored =
      spooled === undefined ? await findStored(keys.all(rendition), variants) : undefined
    if (stored !== undefined) return stored
    const bytes = spooled ?? (await findLinked(rendition)) ?? (await renderAgain(rendition, signal))
    const key = keys.of(rendition)
    if (await isFenced(rendition)) return key
    const { id, format } = rendition.variant
    await variants.put(key, bytes, formats[format].mime, cacheTag(id))
    return key
  }
}
