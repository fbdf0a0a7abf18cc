/** The time that the body of an upload may take: a fixed part, and more for what has arrived. */
export type TimeLimit = {
  /** Milliseconds that every upload may take. */
  readonly timeoutMs: number
  /** An upload may take longer as long as it keeps up this average after `timeoutMs`. */
  readonly minBytesPerSecond: number
}

/** Timers cannot be much longer, ms. */
const dayMs = 86_400_000

/** @returns the longest that a body of so many bytes may take, ms */
export function longestBodyMs(bytes: number, { timeoutMs, minBytesPerSecond }: TimeLimit): number {
  return Math.min(dayMs, timeoutMs + Math.ceil((bytes / minBytesPerSecond) * 1000))
}
