import { spawnSync } from 'node:child_process'
import { askWithAutocannon } from './autocannon.mjs'
import { askWithWrk } from './wrk.mjs'

const hasWrk = spawnSync('wrk', ['-v'], { stdio: 'ignore' }).error === undefined

/** What drives the hits on this machine. */
export const linkGenerator = hasWrk ? 'wrk' : 'autocannon'

/**
 * Asks a server for numbered links over and over, on kept connections, from a core of its own.
 *
 * @param options.path what is asked for, `%d` standing for the number
 * @param options.first and `count`: the numbers, in turn
 * @returns figures: answers by second, latencies
 */
export function askForLinks(options) {
  return hasWrk ? askWithWrk(options) : askWithAutocannon(options)
}
