import { randomUUID } from 'node:crypto'

/** The last group of a UUID: so many hexadecimal digits, here those of a count. */
const digits = 12
const countEnd = 16 ** digits

/**
 * Makes ids of requests: UUIDs that have their beginning by lot, once a process, and end in a count. One by lot for each
 * request would take as long as the lookup of its link.
 */
export function createRequestIds(): () => string {
  const lot = randomUUID()
  const beginning = lot.slice(0, -digits)
  let count = Number.parseInt(lot.slice(-digits), 16)
  return () => {
    count = (count + 1) % countEnd
    return beginning + count.toString(16).padStart(digits, '0')
  }
}
