import type { ImageId, Point } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { OriginalStore, TemporaryFile } from '@iaas/common/ports/original-store'

export type PutOriginalOptions = {
  readonly originals: Pick<OriginalStore, 'put' | 'delete'>
  readonly focalPoints: Pick<FocalStore, 'set'>
}

/** An uploaded file that becomes an original. */
export type CheckedUpload = {
  readonly id: ImageId
  readonly file: TemporaryFile
  readonly focal: Point | undefined
}

/** Stores an original and what was set for it in the upload. */
export type PutOriginal = {
  /** @throws as `OriginalStore.put` does; nothing of the upload is then left */
  readonly put: (upload: CheckedUpload) => Promise<OriginalRef>
  readonly remove: (original: OriginalRef) => Promise<void>
}

export function createPutOriginal({ originals, focalPoints }: PutOriginalOptions): PutOriginal {
  async function putWithPoint({ id, file, focal }: CheckedUpload): Promise<OriginalRef> {
    let prepared: OriginalRef | undefined
    try {
      // Set before the original can be found, so that no variant is stored without the point.
      return await originals.put(id, file, {
        prepare: async (original) => {
          prepared = original
          await focalPoints.set(original, focal)
        },
      })
    } catch (error) {
      if (prepared !== undefined) await focalPoints.set(prepared, undefined).catch(() => {})
      throw error
    }
  }

  return {
    put(upload) {
      if (upload.focal === undefined) return originals.put(upload.id, upload.file)
      return putWithPoint(upload)
    },
    async remove(original) {
      await originals.delete(original.id, { version: original.version })
      await focalPoints.set(original, undefined)
    },
  }
}
