import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@iaas/common/errors'
import type { OriginalRef } from '@iaas/common/original-ref'
import { isDiskFailure } from '@iaas/common/disk/disk-errors'
import type { ObjectBucket } from '../object-bucket.ts'
import { versionKey } from './layout.ts'

/** Silence after which a download is given up, ms. */
const longestSilenceMs = 5000

/**
 * Downloads a version to a path and checks its length and checksum.
 *
 * @throws AppError ORIGINAL_NOT_FOUND, STORE_UNAVAILABLE
 */
export async function download(
  bucket: ObjectBucket,
  original: OriginalRef,
  path: string,
): Promise<void> {
  const object = await bucket.open(versionKey(original))
  if (object === undefined) {
    throw new AppError('ORIGINAL_NOT_FOUND', 'This version of the image is gone.')
  }
  const sha256 = createHash('sha256')
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), longestSilenceMs)
  let size = 0
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh()
      sha256.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  try {
    await pipeline(object.body, check, createWriteStream(path), { signal: silence.signal })
  } catch (cause) {
    if (isDiskFailure(cause)) throw cause
    throw new AppError('STORE_UNAVAILABLE', 'The image cannot be read now.', { cause })
  } finally {
    clearTimeout(timer)
  }
  const expected = object.metadata['sha256']
  if (size !== original.size || (expected !== undefined && expected !== sha256.digest('hex'))) {
    throw new AppError('STORE_UNAVAILABLE', 'The image arrived damaged.')
  }
}
