const preload = new URL('shift-clock.mjs', import.meta.url).href
const unitMs = { h: 3_600_000, m: 60_000 } as const

/** By how much the clock of a process is wrong. */
export type ClockShift = `${'+' | '-'}${number}${keyof typeof unitMs}`

/**
 * The environment of a process whose clock is wrong. Only its own: what others give it (files, the database) has the true
 * time, and timers run as ever.
 */
export function shiftedClock(by: ClockShift): Readonly<Record<string, string>> {
  const ms = Number(by.slice(0, -1)) * unitMs[by.at(-1) as keyof typeof unitMs]
  return { NODE_OPTIONS: `--import=${preload}`, CLOCK_SHIFT_MS: `${ms}` }
}
