import {
  DeleteObjectsCommand,
  type DeleteObjectsCommandOutput,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { createForEach } from '@iaas/common/concurrency/for-each'
import type { ObjectKey } from '@iaas/common/digest'
import { AppError, isAppError } from '@iaas/common/errors'
import type { VariantStore } from '@iaas/common/ports/variant-store'

export type DeleteObjectsOptions = {
  readonly bucket: string
  /** Folder of the objects in the bucket, with a slash at its end; or empty. */
  readonly folder: string
  /** Sends a command, and translates its errors. */
  readonly send: (command: DeleteObjectsCommand) => Promise<DeleteObjectsCommandOutput>
  /** Deletes a single object. */
  readonly remove: (key: ObjectKey) => Promise<void>
}

/** Deletions at once on a server without DeleteObjects. */
const atOnce = 16

/** Statuses of a server that has no DeleteObjects, or that wants a checksum which others do not know. */
const withoutBatches = new Set([400, 404, 405, 411, 501])

/** Deletes many objects by one request, or one by one on a server that cannot. */
export function createDeleteObjects(options: DeleteObjectsOptions): VariantStore['deleteMany'] {
  const { bucket, folder, send, remove } = options
  const forEach = createForEach(atOnce)
  const deleteEach = async (keys: readonly ObjectKey[]) => (await forEach(keys, remove)).failed
  let hasBatches = true

  async function deleteAtOnce(keys: readonly ObjectKey[]): Promise<ReadonlyMap<ObjectKey, Error>> {
    const objects = keys.map((key) => ({ Key: `${folder}${key}` }))
    const command = new DeleteObjectsCommand({
      Bucket: bucket,
      Delete: { Objects: objects, Quiet: true },
    })
    const { Errors: errors = [] } = await send(command)
    return new Map(
      errors.map(({ Key: key = '', Code: code = 'Unknown' }) => [
        key.slice(folder.length) as ObjectKey,
        // The code is a name of the protocol; the message may contain anything.
        new AppError('STORE_UNAVAILABLE', `The variant store refused: ${code}.`),
      ]),
    )
  }

  return async function deleteMany(keys) {
    if (keys.length === 0) return new Map()
    if (!hasBatches) return deleteEach(keys)
    try {
      return await deleteAtOnce(keys)
    } catch (error) {
      if (!isRefusal(error)) return allOf(keys, error)
      const failed = await deleteEach(keys)
      // Wrong credentials refuse both.
      hasBatches = failed.size === keys.length
      return failed
    }
  }
}

function isRefusal(error: unknown): boolean {
  const cause = isAppError(error) ? error.cause : error
  return (
    cause instanceof S3ServiceException &&
    withoutBatches.has(cause.$metadata.httpStatusCode ?? 0) &&
    cause.name !== 'NoSuchBucket'
  )
}

function allOf(keys: readonly ObjectKey[], reason: unknown): ReadonlyMap<ObjectKey, Error> {
  const error = reason instanceof Error ? reason : new Error('Nothing was deleted.')
  return new Map(keys.map((key) => [key, error]))
}
