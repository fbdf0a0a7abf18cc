import { existsSync } from 'node:fs'

/** Where Debian and its children put it, by architecture. */
const library = ['x86_64', 'aarch64']
  .map((architecture) => `/usr/lib/${architecture}-linux-gnu/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path))

/** Why the clock of a process cannot be shifted on this machine; undefined where it can. */
export const shiftedClockMissing =
  library === undefined ? 'libfaketime is not installed' : undefined

/**
 * The environment of a process whose clock is wrong, such as by `+1h` or `-10m`. Only its own: what others give it
 * (files, the database) has the true time, and timers run as ever.
 */
export function shiftedClock(by: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: library ?? '',
    FAKETIME: by,
    DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  }
}
