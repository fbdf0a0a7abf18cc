import { type WriteStream, createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { AppError, isAppError } from '@iaas/common/errors'
import { tooLarge, unstorable } from './form-problems.ts'
import type { ReceiveLimits } from './receive-image.ts'
import { longestMsOf, receiveWithin } from './receive-within.ts'

/**
 * Writes a body that is the image itself to a file.
 *
 * @throws AppError IMAGE_MISSING, UPLOAD_TOO_LARGE (as soon as it is), UPLOAD_TOO_SLOW, INVALID_REQUEST if it ends too early;
 * the reason of `signal` if it aborts
 */
export async function receiveBody(
  req: IncomingMessage,
  path: string,
  limits: ReceiveLimits,
  signal: AbortSignal,
): Promise<void> {
  const { maxBytes } = limits
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const terms = { limits, longestMs: longestBodyReceiveMs(req, limits), signal }
  await receiveWithin(req, terms, async (stop) => {
    const file = createWriteStream(path)
    try {
      await writeBody(req, file, maxBytes, stop)
    } catch (error) {
      // The request is not destroyed: its answer is still to be sent on the same connection.
      req.unpipe(file)
      await abandon(file)
      if (isAppError(error) || stop.aborted) throw error
      throw new AppError('INVALID_REQUEST', 'The body ends too early.', { cause: error })
    }
  })
}

/** @returns longest duration of the body of a request, ms */
export function longestBodyReceiveMs(
  req: IncomingMessage,
  { maxBytes, time }: ReceiveLimits,
): number {
  return longestMsOf(req, maxBytes, time)
}

/** Resolves once the body is written; rejects with the first fault, or the reason of `stop`. */
function writeBody(
  req: IncomingMessage,
  file: WriteStream,
  maxBytes: number,
  stop: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(stop.reason as Error)
    stop.addEventListener('abort', giveUp, { once: true })
    if (stop.aborted) giveUp()
    let bytes = 0
    req.on('error', reject).on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > maxBytes) reject(tooLarge(maxBytes))
    })
    file
      .on('error', (error) => reject(unstorable(error)))
      .once('finish', () => {
        if (bytes > 0) resolve()
        else reject(new AppError('IMAGE_MISSING', 'The body is empty; it must be the image.'))
      })
    req.pipe(file)
  })
}

/** Fails all pending writes. */
function abandon(file: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (file.closed) return resolve()
    file.once('close', resolve)
    file.destroy()
  })
}
