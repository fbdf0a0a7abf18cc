/** The time that the body of an upload may take: a fixed part, and more for what has arrived. */
export type TimeLimit = {
  /** Milliseconds that every upload may take. */
  readonly timeoutMs: number
  /** An upload may take longer as long as it keeps up this average after `timeoutMs`. */
  readonly minBytesPerSecond: number
}

/** Longest timer, ms. */
const dayMs = 86_400_000

/** @returns longest duration of a body of this many bytes, ms */
export function longestBodyMs(bytes: number, { timeoutMs, minBytesPerSecond }: TimeLimit): number {
  return Math.min(dayMs, timeoutMs + Math.ceil((bytes / minBytesPerSecond) * 1000))
}
