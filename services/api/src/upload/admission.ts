import { AppError } from '@iaas/common/errors'
import type { DiskSpace } from '@iaas/common/ports/original-store'

/** Admits uploads while there is room. */
export type UploadAdmission = {
  /**
   * Runs an upload if there is a place for it.
   *
   * @throws AppError UPLOADS_BUSY, STORE_FULL, STORE_UNAVAILABLE, before `upload` is called; what `upload` throws
   */
  admit<T>(upload: () => Promise<T>): Promise<T>
}

export type UploadAdmissionSettings = {
  /** Most concurrent uploads. */
  readonly maxInFlight: number
  /** Bytes that must stay free on the disk; undefined: the default reserve. */
  readonly minFreeBytes?: number | undefined
}

const gibibyte = 1024 ** 3

export function createUploadAdmission(
  { maxInFlight, minFreeBytes }: UploadAdmissionSettings,
  space: () => Promise<DiskSpace>,
): UploadAdmission {
  let inFlight = 0

  return {
    async admit(upload) {
      if (inFlight >= maxInFlight) throw busy()
      inFlight += 1
      try {
        await checkSpace()
        return await upload()
      } finally {
        inFlight -= 1
      }
    },
  }

  async function checkSpace(): Promise<void> {
    if (minFreeBytes === 0) return
    const { freeBytes, totalBytes } = await space()
    if (freeBytes < (minFreeBytes ?? usualFloor(totalBytes))) throw full()
  }
}

/** Returns the default reserve, which is smaller on a small disk. */
function usualFloor(totalBytes: number): number {
  return Math.min(gibibyte, totalBytes * 0.05)
}

function busy(): AppError {
  return new AppError('UPLOADS_BUSY', 'Too many images are being uploaded. Try again later.')
}

function full(): AppError {
  return new AppError('STORE_FULL', 'The disk has no room for further images.')
}
