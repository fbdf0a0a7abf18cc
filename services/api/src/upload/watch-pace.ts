import type { IncomingMessage } from 'node:http'
import { performance } from 'node:perf_hooks'
import { AppError } from '@iaas/common/errors'
import { type TimeLimit, longestBodyMs } from './time-limit.ts'

/** Smallest rate of an upload, averaged over any window of this length. */
export type Pace = { readonly bytesPerSecond: number; readonly overMs: number }

/** The pace below which an upload counts as stalled. */
export const slowestPace: Pace = { bytesPerSecond: 1024, overMs: 10_000 }

const samplesPerStretch = 10

/**
 * Watches how fast a request comes in. `signal` aborts with AppError UPLOAD_TOO_SLOW once it is slower than `pace`, or has
 * taken longer than `time` allows for what has arrived: the length that a client announces gives it no time. Disposing ends
 * the watch.
 */
export function watchPace(
  req: IncomingMessage,
  { bytesPerSecond, overMs }: Pace,
  time: TimeLimit,
): Disposable & { readonly signal: AbortSignal } {
  const abort = new AbortController()
  const least = (bytesPerSecond * overMs) / 1000
  /** Bytes received on the connection at the last ticks, oldest first. */
  let counts: readonly number[] = [req.socket.bytesRead]
  const startedAt = performance.now()
  const bytesBefore = req.socket.bytesRead

  function judge(): void {
    const now = req.socket.bytesRead
    if (performance.now() - startedAt > longestBodyMs(now - bytesBefore, time)) {
      abort.abort(tooLate(time))
    }
    // The rate is not judged while our disk keeps the client waiting.
    if (req.isPaused() || req.complete) {
      counts = [now]
      return
    }
    const [oldest = now] = counts
    const isWhole = counts.length >= samplesPerStretch
    if (isWhole && now - oldest < least) abort.abort(tooSlow(bytesPerSecond))
    counts = [...counts, now].slice(-samplesPerStretch)
  }

  const timer = setInterval(judge, overMs / samplesPerStretch)
  return { signal: abort.signal, [Symbol.dispose]: () => clearInterval(timer) }
}

export function tooLate({ timeoutMs, minBytesPerSecond }: TimeLimit): AppError {
  return new AppError(
    'UPLOAD_TOO_SLOW',
    `The upload took longer than ${timeoutMs / 1000} seconds and came in at less than ${minBytesPerSecond} bytes a second.`,
  )
}

function tooSlow(bytesPerSecond: number): AppError {
  return new AppError(
    'UPLOAD_TOO_SLOW',
    `The upload came in at less than ${bytesPerSecond} bytes a second.`,
  )
}
