import { AppError } from '@iaas/common/errors'
import type { DiskSpace } from '@iaas/common/ports/original-store'

/** Lets uploads in, as many as there is room for. */
export type UploadAdmission = {
  /**
   * Does an upload, if there is a place for it.
   *
   * @throws AppError UPLOADS_BUSY, STORE_FULL, STORE_UNAVAILABLE, before `upload` is called; what `upload` throws
   */
  admit<T>(upload: () => Promise<T>): Promise<T>
}

export type UploadAdmissionSettings = {
  /** Uploads at once. */
  readonly max_in_flight: number
  /** What must be free on the disk; undefined: the usual floor. */
  readonly min_free_bytes?: number | undefined
}

const gibibyte = 1024 ** 3

export function createUploadAdmission(
  settings: UploadAdmissionSettings,
  space: () => Promise<DiskSpace>,
): UploadAdmission {
  const { max_in_flight: maxInFlight, min_free_bytes: minFreeBytes } = settings
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

/** A small disk is not kept empty for the sake of a floor that is meant for a large one. */
function usualFloor(totalBytes: number): number {
  return Math.min(gibibyte, totalBytes * 0.05)
}

function busy(): AppError {
  return new AppError('UPLOADS_BUSY', 'Too many images are being uploaded. Try again later.')
}

function full(): AppError {
  return new AppError('STORE_FULL', 'The disk has no room for further images.')
}
