import type { Bytes } from '../bytes.ts'
import { markers, walkSegments } from './segments.ts'

/** A quantisation table in natural (not zigzag) order, 64 coefficients. */
export type QuantisationTable = readonly number[]

/** Quantisation tables by number. */
export type Tables = ReadonlyMap<number, QuantisationTable>

/** Reads the quantisation tables of a JPEG: the last definition of each before the first scan. */
export function readTables(file: Bytes): Tables {
  const tables = new Map<number, QuantisationTable>()
  for (const { marker, at, bytes, isWhole } of walkSegments(file)) {
    if (marker === markers.scan) break
    if (marker === markers.quantisation && isWhole) addTables(file.read(at, bytes), tables)
  }
  return tables
}

/**
 * Reads a DQT segment: precision and number in one byte, then 64 coefficients of one or two bytes in zigzag order;
 * repeated.
 */
function addTables(content: Buffer, tables: Map<number, QuantisationTable>): void {
  for (let at = 0; at < content.length;) {
    const head = content[at] ?? 0
    const bytes = head >> 4 === 0 ? 1 : 2
    const end = at + 1 + 64 * bytes
    if (end > content.length || (head & 15) > 3) return
    const table = Array.from({ length: 64 }, () => 0)
    for (const [position, natural] of zigzag.entries()) {
      const from = at + 1 + position * bytes
      table[natural] =
        bytes === 1 ? (content[from] ?? 0) : (content[from] ?? 0) * 256 + (content[from + 1] ?? 0)
    }
    tables.set(head & 15, table)
    at = end
  }
}

/** Natural index of each zigzag position, along the anti-diagonals in alternating directions. */
export const zigzag: readonly number[] = Array.from({ length: 15 }, (_, diagonal) => {
  const cells = Array.from({ length: 8 }, (_row, row) => [row, diagonal - row] as const)
    .filter(([, column]) => column >= 0 && column < 8)
    .map(([row, column]) => row * 8 + column)
  return diagonal % 2 === 0 ? cells.toReversed() : cells
}).flat()
