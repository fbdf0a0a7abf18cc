import { digestOf, parseObjectKey } from '@iaas/common/digest'
import { AppError } from '@iaas/common/errors'
import { findFormat, formats } from '@iaas/common/image'
import type { VariantStore } from '@iaas/common/ports/variant-store'
import type { RequestHandler } from 'express'
import { setImageHeaders, setImmutable } from '../http/headers.ts'
import { recordOf } from '../http/request-record.ts'

/** `GET /_variants/{key}`: stored variants, where no CDN or bucket serves them. */
export function createGetVariant(variants: VariantStore): RequestHandler {
  return async (req, res) => {
    const record = recordOf(res)
    record.route = 'variants'
    const key = parseObjectKey(req.path.slice(1))
    const bytes = key === undefined ? undefined : await variants.get(key)
    if (key === undefined || bytes === undefined) {
      throw new AppError('ORIGINAL_NOT_FOUND', 'There is no stored image at this address.')
    }
    const format = findFormat(key.slice(key.lastIndexOf('.') + 1)) ?? 'jpg'
    setImageHeaders(res)
    setImmutable(res)
    // What is stored under a key never changes.
    res.setHeader('ETag', `"${digestOf(key).slice(0, 32)}"`)
    record.outcome = 'proxied'
    res
      .type(formats[format].mime)
      .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }
}
