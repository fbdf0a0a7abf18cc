import type { IncomingMessage } from 'node:http'
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { isAppError } from '@iaas/common/errors'
import { takeOverTimeout } from '@iaas/common/http/body-timeout'
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
import { type TimeLimit, longestBodyMs } from './time-limit.ts'
import { type Pace, tooLate, watchPace } from './watch-pace.ts'

export type ReceiveLimits = {
  /** Largest image, bytes. */
  readonly maxBytes: number
  readonly time: TimeLimit
  readonly pace: Pace
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
  takeOverTimeout(req)
  const deadline = AbortSignal.timeout(longestReceiveMs(req, limits))
  using pace = watchPace(req, limits.pace, limits.time)
  const stop = AbortSignal.any([signal, deadline, pace.signal])
  const image = createImageFile(path, limits.maxBytes)
  try {
    await readForm(req, form, stop, image.take)
    await image.finish()
  } catch (error) {
    // The request is not destroyed: its answer is still to be sent on the same connection.
    req.unpipe(form)
    await image.abandon()
    throw toAppError(error, { signal, deadline, limits })
  }
}

/** @returns longest duration of the body of a request, ms */
export function longestReceiveMs(
  { headers }: IncomingMessage,
  { maxBytes, time }: ReceiveLimits,
): number {
  const longest = maxBytes + formOverheadBytes
  const announced = Number(headers['content-length'] ?? longest)
  return longestBodyMs(Math.min(announced, longest), time)
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
    throw invalidUpload(
      'The body must be multipart/form-data with the picture in its field "image".',
    )
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

type FailureContext = {
  readonly signal: AbortSignal
  readonly deadline: AbortSignal
  readonly limits: ReceiveLimits
}

function toAppError(error: unknown, context: FailureContext): unknown {
  const { signal, deadline, limits } = context
  if (isAppError(error)) return error
  if (signal.aborted) return signal.reason
  if (deadline.aborted) {
    return tooLate(limits.time)
  }
  return invalidUpload('The form is not correct, or ends too early.', error)
}
