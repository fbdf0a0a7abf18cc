import type { IncomingMessage } from 'node:http'
import { isAppError } from '@iaas/common/errors'
import { takeOverTimeout } from '@iaas/common/http/body-timeout'
import { type TimeLimit, longestBodyMs } from './time-limit.ts'
import { type Pace, tooLate, watchPace } from './watch-pace.ts'

export type BodyLimits = { readonly time: TimeLimit; readonly pace: Pace }

export type BodyTerms = {
  readonly limits: BodyLimits
  /** Longest duration, ms. */
  readonly longestMs: number
  /** Aborts if the client leaves. */
  readonly signal: AbortSignal
}

/** @returns longest duration of a body of at most `longest` bytes, ms */
export function longestMsOf(
  { headers }: IncomingMessage,
  longest: number,
  time: TimeLimit,
): number {
  const announced = Number(headers['content-length'] ?? longest)
  return longestBodyMs(Math.min(announced, longest), time)
}

/**
 * Runs `read`, which reads a body, within the limits of time and rate.
 *
 * @throws AppError UPLOAD_TOO_SLOW; the reason of `signal`; what `read` throws
 */
export async function receiveWithin(
  req: IncomingMessage,
  { limits: { time, pace: slowest }, longestMs, signal }: BodyTerms,
  read: (stop: AbortSignal) => Promise<void>,
): Promise<void> {
  takeOverTimeout(req)
  const deadline = AbortSignal.timeout(longestMs)
  using pace = watchPace(req, slowest, time)
  try {
    await read(AbortSignal.any([signal, deadline, pace.signal]))
  } catch (error) {
    if (isAppError(error)) throw error
    signal.throwIfAborted()
    throw deadline.aborted ? tooLate(time) : error
  }
}
