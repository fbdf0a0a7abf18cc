/** The spans of a request, ms. */
export type Timing = Readonly<Record<string, number>>

/** Returns the value of Server-Timing; empty if there are no spans. */
export function formatTiming(timing: Timing): string {
  let text = ''
  for (const span in timing) {
    text += `${text === '' ? '' : ', '}${span};dur=${Math.round((timing[span] ?? 0) * 10) / 10}`
  }
  return text
}
