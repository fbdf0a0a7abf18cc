import { randomUUID } from 'node:crypto'

/** The last group of a UUID: so many hexadecimal digits, here those of a count. */
const digits = 12
/** Of these the last are taken from a table. */
const tableDigits = 3
const blocks = 16 ** (digits - tableDigits)

/**
 * Makes ids of requests: UUIDs that have their beginning by lot, once a process, and end in a count. One by lot for each
 * request would take as long as the lookup of its link, and to write out the count half as long.
 */
export function createRequestIds(): () => string {
  const lot = randomUUID()
  const table = Array.from({ length: 16 ** tableDigits }, (_, index) => toHex(index, tableDigits))
  let block = Number.parseInt(lot.slice(-digits, -tableDigits), 16)
  let beginning = ''
  let index = table.length
  return () => {
    if (index === table.length) {
      block = (block + 1) % blocks
      beginning = lot.slice(0, -digits) + toHex(block, digits - tableDigits)
      index = 0
    }
    return beginning + table[index++]
  }
}

function toHex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0')
}
