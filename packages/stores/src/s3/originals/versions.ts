import { randomBytes } from 'node:crypto'
import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { OriginalRef } from '@iaas/common/original-ref'
import { type Pointer, type StoredVersion, currentOf } from './pointer.ts'

/** @throws AppError if the id has an original and should not, or the other way round */
export function assertPuttable(id: ImageId, present: Pointer | undefined, replace: boolean): void {
  if (replace) {
    if (currentOf(id, present) === undefined) throw notFound()
  } else if (present !== undefined && present.state !== 'free') {
    throw new AppError('ID_TAKEN', 'An image with this id already exists. Choose another id.')
  }
}

export function notFound(): AppError {
  return new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.')
}

export function tooSlow(): AppError {
  return new AppError('STORE_UNAVAILABLE', 'The upload took too long.')
}

/** No other version has its stamp, whatever the clock says. */
export function newVersion(id: ImageId, size: number): OriginalRef {
  const unique = BigInt(`0x${randomBytes(8).toString('hex')}`).toString(36)
  const modifiedAt = new Date()
  const version = `${size.toString(36)}.${modifiedAt.getTime().toString(36)}.${unique}`
  return { id, version, size, modifiedAt }
}

export function toVersion(
  { version, size, modifiedAt }: OriginalRef,
  sha256: string,
): StoredVersion {
  return { version, size, modified_at: modifiedAt.toISOString(), sha256 }
}
