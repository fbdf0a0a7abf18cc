import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { tagOfKey } from '@iaas/common/cache-tag'
import { digestOf, formatOfKey, parseObjectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { formats } from '@iaas/common/image'
import type { RequestHandler } from 'express'
import { setImageHeaders, setImmutable } from '../http/headers.ts'
import { recordOf } from '../http/request-record.ts'
import { streamFile } from '../http/stream-file.ts'
import type { TagAnswer } from '../http/tag-answers.ts'
import { type UrlSigner, lifetimeOf } from '../signing/url-signer.ts'

/**
 * Handles `GET /_variants/{key}`: stored variants, if no CDN or bucket serves them.
 *
 * @param dir the folder of the stored variants
 * @param signer undefined: addresses are not signed
 * @param tagAnswer undefined: no CDN reads tags
 */
export function createGetVariant(
  dir: string,
  signer: UrlSigner | undefined,
  tagAnswer: TagAnswer | undefined,
): RequestHandler {
  return async (req, res) => {
    const record = recordOf(res)
    record.route = 'variants'
    record.outcome = 'proxied'
    const lifetime = lifetimeOf(signer?.verify(req.originalUrl))
    const key = parseObjectKey(req.path.slice(1))
    if (key === undefined) {
      throw new AppError('ORIGINAL_NOT_FOUND', 'There is no stored image at this address.')
    }
    tagAnswer?.(res, tagOfKey(key))
    const format = formatOfKey(key)
    setImageHeaders(res)
    setImmutable(res, lifetime)
    res.setHeader('Content-Type', formats[format].mime)
    // The object under a key never changes.
    res.setHeader('ETag', `"${digestOf(key).slice(0, 32)}"`)
    record.answeredAt = performance.now()
    await streamFile(join(dir, key), req, res)
  }
}
