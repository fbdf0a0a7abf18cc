import { describe } from '@jest/globals'

/**
 * A suite that needs something of the machine. Where that is missing the suite is skipped, and what is missing stands in
 * its name and on standard error: nothing is left out silently.
 *
 * @param missing what there is not; undefined where everything is there
 */
export function describeUnless(missing: string | undefined, name: string, body: () => void): void {
  if (missing === undefined) return describe(name, body)
  process.stderr.write(`Skipped: ${name} (${missing})\n`)
  describe.skip(`${name} (skipped: ${missing})`, body)
}
