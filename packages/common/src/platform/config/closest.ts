/** Returns the candidate with the fewest typing errors; undefined if all are too far away. */
export function findClosest(name: string, candidates: Iterable<string>): string | undefined {
  let closest: string | undefined
  let fewest = Math.min(4, Math.floor(name.length / 3) + 2)
  for (const candidate of candidates) {
    const errors = countErrors(name, candidate)
    if (errors < fewest) {
      fewest = errors
      closest = candidate
    }
  }
  return closest
}

/** Counts typing errors: missing, extra, wrong and swapped letters (optimal string alignment). */
export function countErrors(one: string, other: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, other.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
