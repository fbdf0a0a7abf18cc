import type { QuantisationTable, Tables } from './tables.ts'

/**
 * Standard tables of ITU-T T.81, annex K.1 (luminance) and K.2 (chrominance), in natural order. Each quality scales
 * them by the rule of the Independent JPEG Group.
 */
const luminance = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
  92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]
const chrominanceRow = (...first: readonly number[]) => [...first, 99, 99, 99, 99]
const chrominance = [
  ...chrominanceRow(17, 18, 24, 47),
  ...chrominanceRow(18, 21, 26, 66),
  ...chrominanceRow(24, 26, 56, 99),
  ...chrominanceRow(47, 66, 99, 99),
  ...Array.from({ length: 32 }, () => 99),
]

/** Two sums over the tables of a file: of a few significant coefficients, and of all. */
type Sums = { readonly few: number; readonly all: number }

/** Only the first two tables count for the few coefficients; every table counts for the other sum. */
function sumsOf(
  first: QuantisationTable,
  second: QuantisationTable | undefined,
  tables: readonly QuantisationTable[],
): Sums {
  const few = (first[2] ?? 0) + (first[53] ?? 0)
  const more = second === undefined ? 0 : (second[0] ?? 0) + (second[63] ?? 0)
  return { few: few + more, all: tables.flat().reduce((sum, value) => sum + value, 0) }
}

function scaleTable(table: QuantisationTable, quality: number): QuantisationTable {
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality
  return table.map((value) => Math.min(255, Math.max(1, Math.floor((value * scale + 50) / 100))))
}

const qualities = Array.from({ length: 100 }, (_, index) => index + 1)
const expectedOfTwo = qualities.map((quality) => {
  const tables = [scaleTable(luminance, quality), scaleTable(chrominance, quality)] as const
  return sumsOf(...tables, tables)
})
const expectedOfOne = qualities.map((quality) => {
  const table = scaleTable(luminance, quality)
  return sumsOf(table, undefined, [table])
})

/**
 * Estimates the quality that a JPEG was written with, 1 to 100, like ImageMagick's `identify -format %Q`: the first
 * quality whose expected sums are not both above the file's. The estimate counts if both sums are reached, or from 51
 * on.
 *
 * @returns undefined for tables that do not reveal a quality
 */
export function estimateQuality(tables: Tables): number | undefined {
  const first = tables.get(0)
  if (first === undefined) return undefined
  const second = tables.get(1)
  const sums = sumsOf(first, second, [...tables.values()])
  const expected = second === undefined ? expectedOfOne : expectedOfTwo
  const index = expected.findIndex(({ few, all }) => sums.few >= few || sums.all >= all)
  const reached = expected[index]
  if (reached === undefined) return undefined
  const isExact = sums.few <= reached.few && sums.all <= reached.all
  return isExact || index >= 50 ? index + 1 : undefined
}
