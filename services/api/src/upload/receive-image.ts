import type { IncomingMessage } from 'node:http'
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { isAppError } from '@iaas/common/errors'
import {
  type MaybeName,
  checkName,
  invalidUpload,
  tooLarge,
  tooLargeField,
  tooManyParts,
} from './form-problems.ts'
import { formLimits, formOverheadBytes, isPartAFile } from './form-limits.ts'
import { type ImageFile, createImageFile } from './image-file.ts'
import { type BodyLimits, longestMsOf, receiveWithin } from './receive-within.ts'

export type ReceiveLimits = BodyLimits & {
  /** Largest image, bytes. */
  readonly maxBytes: number
}

/**
 * Writes the image of a multipart form to a file.
 *
 * @throws AppError INVALID_UPLOAD, IMAGE_MISSING, UPLOAD_TOO_LARGE (as soon as it is), UPLOAD_TOO_SLOW; the reason of `signal`
 * if it aborts
 */
export async function receiveImage(
  req: IncomingMessage,
  path: string,
  limits: ReceiveLimits,
  signal: AbortSignal,
): Promise<void> {
  const announced = Number(req.headers['content-length'] ?? 0)
  if (announced > limits.maxBytes + formOverheadBytes) throw tooLarge(limits.maxBytes)
  const form = createForm(req, limits)
  const image = createImageFile(path, limits.maxBytes)
  const terms = { limits, longestMs: longestReceiveMs(req, limits), signal }
  await receiveWithin(req, terms, async (stop) => {
    try {
      await readForm(req, form, stop, image.take)
      await image.finish()
    } catch (error) {
      // The request is not destroyed: its answer is still to be sent on the same connection.
      req.unpipe(form)
      await image.abandon()
      if (isAppError(error) || stop.aborted) throw error
      throw invalidUpload('The form is not correct, or ends too early.', error)
    }
  })
}

/** @returns longest duration of the body of a request, ms */
export function longestReceiveMs(req: IncomingMessage, { maxBytes, time }: ReceiveLimits): number {
  return longestMsOf(req, maxBytes + formOverheadBytes, time)
}

/** Resolves at the end of the form; rejects with its first fault, or the reason of `stop`. */
function readForm(
  req: IncomingMessage,
  form: BusboyInstance,
  stop: AbortSignal,
  take: ImageFile['take'],
): Promise<void> {
  return new Promise((resolve, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason as Error), { once: true })
    if (stop.aborted) reject(stop.reason as Error)
    // Error listeners stay until the end: an unhandled error event would end the process.
    form.on('file', (name: MaybeName, part, filename: MaybeName, _encoding, type) =>
      take({ name, filename, type, part }, reject),
    )
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
      form.once(limit, () => reject(tooManyParts()))
    }
    form.on('field', (name: MaybeName, _value, _isNameCut, isValueCut) => {
      const problem = isValueCut ? tooLargeField() : checkName(name)
      if (problem !== undefined) reject(problem)
    })
    form.once('finish', resolve).on('error', reject)
    req.pipe(form)
  })
}

function createForm(req: IncomingMessage, { maxBytes }: ReceiveLimits): BusboyInstance {
  const headers = req.headers
  if (!/^multipart\/form-data\b/i.test(headers['content-type'] ?? '')) {
    throw invalidUpload('The body must be multipart/form-data with the image in its field "image".')
  }
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      limits: { ...formLimits, fileSize: maxBytes },
      isPartAFile,
    })
  } catch (cause) {
    throw invalidUpload('The Content-Type of the form is not correct.', cause)
  }
}
