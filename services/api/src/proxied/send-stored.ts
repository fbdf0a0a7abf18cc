import type { ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { AppError } from '@iaas/common/errors'

/** Longest silence of the store while a client waits, ms. */
const stallMs = 10_000

/**
 * Streams the body of a stored object with backpressure. Resolves once the answer is complete or the client has left.
 *
 * @throws AppError STORE_UNAVAILABLE if the store fails or stalls; the reason with which the body was destroyed
 */
export async function sendStored(
  body: Readable,
  res: ServerResponse,
  limitMs = stallMs,
): Promise<void> {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  res.once('close', () => body.destroy())
  try {
    for (;;) {
      const { done, value } = await withDeadline(pieces.next(), limitMs)
      if (done === true) return void res.end()
      if (res.destroyed) return
      if (!res.write(value)) await untilTaken(res)
    }
  } catch (cause) {
    // A client that leaves ends the body.
    if (res.destroyed) return
    if (cause instanceof AppError) throw cause
    throw new AppError('STORE_UNAVAILABLE', 'The stored image ended early.', { cause })
  } finally {
    body.destroy()
  }
}

/** Rejects if the client leaves. */
async function untilTaken(res: ServerResponse): Promise<void> {
  const left = new AbortController()
  const leave = () => left.abort()
  res.once('close', leave)
  try {
    if (res.destroyed) leave()
    await once(res, 'drain', { signal: left.signal })
  } finally {
    res.off('close', leave)
  }
}
