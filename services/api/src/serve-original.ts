import type { FileHandle } from 'node:fs/promises'
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
import { againIfReplaced, openOriginal } from '@iaas/common/use-original'
import { create as contentDisposition } from 'content-disposition'
import { attachment } from './http/attachment.ts'
import { streamOpened } from './http/stream-file.ts'
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

export function createServeOriginal(
  originals: Pick<OriginalStore, 'find' | 'open'>,
): ServeOriginal {
  async function serve(
    { id, download }: OriginalRequest,
    { req, res, record, lifetime }: OriginalContext,
  ): Promise<void> {
    const original = await originals.find(id)
    if (original === undefined) throw originalNotFound({ kind: 'original', id })
    await using file = await openOriginal(originals, original)
    const format = sniffFormat(await readHead(file))
    setCommonHeaders(res, record.requestId)
    setImageHeaders(res)
    setImmutable(res, lifetime)
    for (const [name, value] of Object.entries(describeFile(id, format, download)))
      res.setHeader(name, value)
    res.setHeader('ETag', originalEtag(original))
    record.timing = { lookup: performance.now() - record.startedAt }
    res.setHeader('Server-Timing', formatTiming(record.timing))
    await streamOpened(file, req, res)
  }

  return (request, context) => againIfReplaced(() => serve(request, context))
}

async function readHead(file: FileHandle): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffLength), 0, sniffLength, 0)
  return buffer.subarray(0, bytesRead)
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
