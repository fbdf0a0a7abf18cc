import { describe } from '@jest/globals'

/**
 * Describes a suite that depends on the machine. If the dependency is missing, the suite is skipped, and the reason
 * appears in its name and on standard error, so that nothing is skipped silently.
 *
 * @param missing the missing dependency; undefined if everything is there
 */
export function describeUnless(missing: string | undefined, name: string, body: () => void): void {
  if (missing === undefined) return describe(name, body)
  process.stderr.write(`Skipped: ${name} (${missing})\n`)
  describe.skip(`${name} (skipped: ${missing})`, body)
}
