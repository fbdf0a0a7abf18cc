import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type ImageId,
  type OriginalFormat,
  type OriginalRequest,
  formats,
  isActive,
  sniffFormat,
  sniffLength,
} from '@iaas/common/image'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import { create as contentDisposition } from 'content-disposition'
import { attachment } from './http/attachment.ts'
import { streamFile } from './http/stream-file.ts'
import { setCommonHeaders, setImageHeaders, setImmutable } from './http/headers.ts'
import { formatTiming } from './http/timing.ts'
import type { RequestRecord } from './http/request-record.ts'
import { originalNotFound } from './original-not-found.ts'
import { originalEtag } from './validators.ts'

/** Sends an original byte for byte, with ranges and validators. @throws AppError ORIGINAL_NOT_FOUND */
export type ServeOriginal = (request: OriginalRequest, context: OriginalContext) => Promise<void>

export type OriginalContext = {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly record: RequestRecord
  /** Remaining validity of the address, s: no cache may keep the answer longer. */
  readonly lifetime: number
}

export function createServeOriginal(originals: OriginalStore): ServeOriginal {
  return async function serveOriginal({ id, download }, { req, res, record, lifetime }) {
    const original = await originals.find(id)
    const head = original && (await originals.readHead(original, sniffLength))
    if (original === undefined || head === undefined)
      throw originalNotFound({ kind: 'original', id })
    const format = sniffFormat(head)
    setCommonHeaders(res, record.requestId)
    setImageHeaders(res)
    setImmutable(res, lifetime)
    for (const [name, value] of Object.entries(describeFile(id, format, download)))
      res.setHeader(name, value)
    res.setHeader('ETag', originalEtag(original))
    record.timing = { lookup: performance.now() - record.startedAt }
    res.setHeader('Server-Timing', formatTiming(record.timing))
    await using file = await originals.open(original)
    await streamFile(file.path, req, res)
  }
}

/** Returns the true type of the bytes, and the file name for browsers that save them (RFC 6266). */
function describeFile(
  id: ImageId,
  format: OriginalFormat | undefined,
  download: OriginalRequest['download'],
) {
  const [mime, extension] =
    format === undefined
      ? ['application/octet-stream', 'bin']
      : [formats[format].mime, formats[format].extensions[0]]
  const filename = `${id}.${extension}`
  const type = format !== undefined && isActive(format) ? 'attachment' : 'inline'
  const disposition =
    download === undefined ? contentDisposition(filename, { type }) : attachment(id, mime, download)
  return {
    'Content-Type': mime,
    'Content-Disposition': disposition,
  }
}
