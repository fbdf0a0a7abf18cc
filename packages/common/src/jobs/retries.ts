/** Attempts over about an hour. */
export const jobAttempts = 36
/** The name under which workers know `pauseBeforeAttempt`. */
export const jobBackoff = { type: 'capped' } as const

const firstPauseMs = 1000
/** An outage, however long it was, keeps no job waiting for longer than this after its end, ms. */
export const longestPauseMs = 120_000

/** Doubles from one second to two minutes, half of it random. ms */
export function pauseBeforeAttempt(attemptsMade: number): number {
  const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attemptsMade - 1, 20))
  return Math.floor(longest * (0.5 + Math.random() / 2))
}

/** How many failed jobs are kept for the dashboard, and for how long (s). */
export const keptFailedJobs = { count: 5000, age: 7 * 24 * 3600 } as const
