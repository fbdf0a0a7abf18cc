import { open } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '@iaas/common/errors'
import {
  type ImageId,
  type OriginalFormat,
  originalMimes,
  sniffFormat,
  sniffLength,
} from '@iaas/common/image'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import { create as contentDisposition } from 'content-disposition'
import sendFile from 'send'
import { setCommonHeaders, setImageHeaders, setImmutable } from './http/headers.ts'
import type { RequestRecord } from './http/request-record.ts'
import { originalEtag } from './validators.ts'

/** Sends an original byte for byte, with ranges and validators. @throws AppError ORIGINAL_NOT_FOUND */
export type ServeOriginal = (
  id: ImageId,
  req: IncomingMessage,
  res: ServerResponse,
  record: RequestRecord,
) => Promise<void>

export function createServeOriginal(originals: OriginalStore): ServeOriginal {
  return async function serveOriginal(id, req, res, record) {
    const original = await originals.find(id)
    if (original === undefined)
      throw new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.')
    const format = await readFormat(original.path)
    setCommonHeaders(res, record.requestId)
    setImageHeaders(res)
    setImmutable(res)
    for (const [name, value] of Object.entries(describeFile(id, format))) res.setHeader(name, value)
    res.setHeader('ETag', originalEtag(original))
    await stream(original.path, req, res)
  }
}

async function readFormat(path: string): Promise<OriginalFormat | undefined> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffLength), 0, sniffLength, 0)
  return sniffFormat(buffer.subarray(0, bytesRead))
}

/** What the bytes are, whatever the address calls them, and what a browser that saves them calls the file (RFC 6266). */
function describeFile(id: ImageId, format: OriginalFormat | undefined) {
  const [mime, extension] =
    format === undefined ? ['application/octet-stream', 'bin'] : [originalMimes[format], format]
  const filename = `${id}.${extension === 'jpeg' ? 'jpg' : extension}`
  return {
    'Content-Type': mime,
    'Content-Disposition': contentDisposition(filename, { type: 'inline' }),
  }
}

/** What the library says of a request in terms of HTTP. */
function toAppError(error: Error): Error {
  switch ('status' in error ? error.status : undefined) {
    case 404:
      return new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.')
    case 412:
      return new AppError('PRECONDITION_FAILED', 'The condition of the request is not met.')
    case 416:
      return new AppError('RANGE_NOT_SATISFIABLE', 'The range is outside the image.')
    default:
      return error
  }
}

function stream(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const file = sendFile(req, encodeURI(path), {
      dotfiles: 'allow',
      cacheControl: false,
      index: false,
    })
    file.on('error', (error: Error) => reject(toAppError(error)))
    res.once('close', resolve)
    file.pipe(res)
  })
}
