/**
 * Formats the time for the header Date (RFC 9110, 5.6.7), once per second.
 *
 * @param clock the time, ms since the epoch
 * @returns takes a moment on the clock of `performance.now()`, not long ago, ms
 */
export function createHttpDate(clock: () => number): (now: number) => string {
  let date = ''
  let isRightUntil = 0
  return (now) => {
    if (now >= isRightUntil) {
      const moment = new Date(clock())
      date = moment.toUTCString()
      isRightUntil = now + 1000 - moment.getUTCMilliseconds()
    }
    return date
  }
}
