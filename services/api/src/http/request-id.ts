import { randomUUID } from 'node:crypto'

/** Digits of the counter, the last group of a UUID. */
const digits = 12
/** Last digits of the counter, taken from a table. */
const tableDigits = 3
const blocks = 16 ** (digits - tableDigits)

/**
 * Creates request ids: UUIDs of a random prefix per process plus a counter. A random UUID per request would take as long as the
 * lookup of its link, and formatting the counter half as long.
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
