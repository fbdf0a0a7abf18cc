import { z } from 'zod'
import { integer, text } from '@iaas/common/config/setting'
import { keyPrefix } from '../key-prefix.ts'

const defaultPrefix = 'originals'

/** Settings of the store of the originals, under the key `originals`. */
export const originalStoreSettings = {
  store: z
    .preprocess(
      (value) => (value === '' ? undefined : value),
      z.enum(['folder', 's3']).default('folder'),
    )
    .meta({
      description:
        '`folder`: originals lie in `originals_dir`, which all api processes and uploaders share. `s3`: they lie in a bucket, and each machine has a cache of its own.',
      env: 'ORIGINALS_STORE',
      default: 'folder',
    }),
  bucket: text({
    description:
      'The bucket of the originals with `originals.store=s3`, on the server of `aws`. Nobody but the services may read it. Default: `aws.bucket`.',
    env: 'ORIGINALS_BUCKET',
  }),
  prefix: text(
    {
      description: `Folder in the bucket for all originals. Default: \`${defaultPrefix}\` in the bucket of the variants, none in a bucket of its own.`,
      env: 'ORIGINALS_PREFIX',
    },
    keyPrefix,
  ),
  cache_bytes: integer(
    { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 10 * 1024 ** 3 },
    'Disk space of the local cache of originals with `originals.store=s3`, bytes, in `<data_dir>/originals-cache`. The least recently used are evicted.',
    'ORIGINALS_CACHE_BYTES',
  ),
}

export type OriginalStoreSettings = {
  readonly store: 'folder' | 's3'
  readonly bucket?: string | undefined
  readonly prefix?: string | undefined
  readonly cacheBytes: number
}

/** Place of the originals in S3: bucket and folder. */
export function locateOriginals(
  originals: Pick<OriginalStoreSettings, 'bucket' | 'prefix'>,
  variantBucket: string | undefined,
) {
  const { bucket = variantBucket, prefix } = originals
  return { bucket, prefix: prefix ?? (bucket === variantBucket ? defaultPrefix : undefined) }
}

type Settings = {
  readonly originals: Pick<OriginalStoreSettings, 'store' | 'bucket' | 'prefix'>
  readonly aws: { readonly bucket?: string | undefined; readonly keyPrefix?: string | undefined }
}

/** Refuses originals without a bucket, and originals among the variants, which everybody may read and the collector removes. */
export function originalsHaveRoom(context: z.core.ParsePayload<Settings>): void {
  const { originals, aws } = context.value
  if (originals.store !== 's3') return
  const { bucket, prefix } = locateOriginals(originals, aws.bucket)
  const refuse = (name: string, message: string) =>
    void context.issues.push({
      code: 'custom',
      path: ['originals', name],
      message,
      input: context.value,
    })
  if (bucket === undefined) refuse('bucket', 'is needed with `originals.store=s3`')
  else if (bucket === aws.bucket && (prefix === undefined || prefix === aws.keyPrefix)) {
    refuse('prefix', 'must differ from the folder of the variants in the same bucket')
  }
}
