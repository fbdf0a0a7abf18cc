import type { ImageId, Point } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { OriginalStore, PutOptions, TemporaryFile } from '@iaas/common/ports/original-store'

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
  /**
   * Replaces an original. Its focal point is not taken over, since it belongs to the bytes of the old version.
   *
   * @param confirm called right before the file is switched; a failure of it keeps the old version
   */
  readonly replace: (upload: CheckedUpload, confirm: () => Promise<void>) => Promise<OriginalRef>
  /** Deletes an original, if it is still of this version. */
  readonly remove: (original: OriginalRef) => Promise<void>
  /** Removes what was set for a version that is not kept. Never rejects: it is not used any more. */
  readonly forget: (original: OriginalRef) => Promise<void>
}

export function createPutOriginal({ originals, focalPoints }: PutOriginalOptions): PutOriginal {
  async function put(
    { id, file, focal }: CheckedUpload,
    { prepare, ...options }: PutOptions,
  ): Promise<OriginalRef> {
    let prepared: OriginalRef | undefined
    try {
      return await originals.put(id, file, {
        ...options,
        prepare: async (original) => {
          prepared = original
          // Set before the original can be found, so that no variant is stored without the point.
          if (focal !== undefined) await focalPoints.set(original, focal)
          await prepare?.(original)
        },
      })
    } catch (error) {
      if (focal !== undefined && prepared !== undefined) await forget(prepared)
      throw error
    }
  }

  async function forget(original: OriginalRef): Promise<void> {
    await focalPoints.set(original, undefined).catch(() => {})
  }

  return {
    put: (upload) => put(upload, {}),
    replace: (upload, confirm) => put(upload, { replace: true, prepare: confirm }),
    async remove(original) {
      await originals.delete(original.id, { version: original.version })
      await focalPoints.set(original, undefined)
    },
    forget,
  }
}
