/** Attempts of a job, spread over about an hour. */
export const jobAttempts = 36
/** Name under which workers register `pauseBeforeAttempt`. */
export const jobBackoff = { type: 'capped' } as const

const firstPauseMs = 1000
/** Longest backoff, ms: the longest that a job still waits after an outage has ended. */
export const longestPauseMs = 120_000

/** Returns the backoff before an attempt, ms: doubles from one second to two minutes, half of it random. */
export function pauseBeforeAttempt(attemptsMade: number): number {
  const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attemptsMade - 1, 20))
  return Math.floor(longest * (0.5 + Math.random() / 2))
}

/** Failed jobs that are kept for the dashboard: their number, and their age in s. */
export const keptFailedJobs = { count: 5000, age: 7 * 24 * 3600 } as const
