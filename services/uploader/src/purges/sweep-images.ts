import { createForEach } from '@iaas/common/concurrency/for-each'
import { type ObjectKey, imageFolder, parseObjectKey } from '@iaas/common/digest'
import type { ImageId, Variant } from '@iaas/common/image'
import { readKey, variantOfKey } from '@iaas/common/object-digest'
import type { Purge, PurgeWork } from '@iaas/common/ports/purges'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import type { NoteCdnTargets } from './note-cdn-targets.ts'
import type { RemoveObjects } from './remove-objects.ts'

/**
 * Lists the next images of a purge and removes what is left of them: objects of earlier epochs that have no link. Some were
 * never recorded, others came late. Resolves to true after the last image.
 */
export type SweepImages = (purge: Purge) => Promise<boolean>

export type SweepImagesOptions = {
  readonly variants: Pick<VariantStore, 'list'>
  readonly work: Pick<PurgeWork, 'nextImages' | 'passImages' | 'unlinkedOf' | 'selects'>
  readonly removeObjects: RemoveObjects
  readonly cdnTargets: Pick<NoteCdnTargets, 'objects'>
  readonly maxAtOnce: number
}

type Selects = Awaited<ReturnType<PurgeWork['selects']>>

export function createSweepImages(options: SweepImagesOptions): SweepImages {
  const { variants, work, removeObjects, cdnTargets, maxAtOnce } = options
  const forEach = createForEach(maxAtOnce)

  /** Returns the keys that nothing may use any more. */
  async function findLeft(purge: Purge, image: ImageId, selects: Selects) {
    const left: ObjectKey[] = []
    let after: string | undefined
    do {
      const { objects, next } = await variants.list(`${imageFolder(image)}/`, { after })
      const keys = objects
        .flatMap(({ key }) => parseObjectKey(key) ?? [])
        .filter((key) => isSelected(purge, image, key, selects))
      left.push(...(await work.unlinkedOf(purge, keys)))
      after = next
    } while (after !== undefined)
    return left.map((key) => ({ key, image }))
  }

  return async function sweepImages(purge) {
    const { ids, cursor } = await work.nextImages(purge)
    const selects = await work.selects(purge)
    const { results, failed } = await forEach(ids, (image) => findLeft(purge, image, selects))
    const { removed, spool, failure } = await removeObjects(results.flat())
    const [error = failure] = failed.values()
    // Nobody knows an address of an object that came late.
    if (purge.phase === 'sweep') await cdnTargets.objects(purge.id, removed)
    // After a failure, all of them are listed again.
    await work.passImages(purge, error === undefined ? ids : [], removed, { spool })
    if (error !== undefined) throw error
    return cursor === undefined
  }
}

function isSelected(purge: Purge, image: ImageId, key: ObjectKey, selects: Selects): boolean {
  const { named, renderedAt, format } = readKey(key)
  if (named === undefined || named.epoch >= (purge.epoch ?? 0)) return false
  const variant = variantOfKey(key, image)
  // Only some columns are known of a variant whose options are too long for a key.
  if (variant === undefined && 'preset' in purge.selector) return false
  return selects(variant ?? ({ id: image, format } as Variant), renderedAt)
}
