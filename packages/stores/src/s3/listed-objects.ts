import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import type { ListedObject, ListedObjects } from '@iaas/common/ports/variant-store'

type Listing = Pick<ListObjectsV2CommandOutput, 'Contents' | 'IsTruncated'>

/**
 * Reads an answer to ListObjectsV2.
 *
 * @param folder folder of the objects in the bucket, which their keys do not contain; empty or with a slash at its end
 */
export function toListedObjects(
  { Contents: contents = [], IsTruncated: isTruncated }: Listing,
  folder: string,
): ListedObjects {
  const objects = contents.map((object): ListedObject => {
    const { Key: key, Size: bytes, LastModified: modifiedAt } = object
    if (key === undefined || bytes === undefined || modifiedAt === undefined) {
      throw new Error('A listed object has no key, size or time.')
    }
    return { key: key.slice(folder.length), bytes, modifiedAt }
  })
  const last = objects.at(-1)
  // The key itself is the position, so that a walk continues after a restart; tokens of S3 expire.
  if (isTruncated === true && last === undefined) throw new Error('A listing ends too early.')
  return { objects, next: isTruncated === true ? last?.key : undefined }
}
