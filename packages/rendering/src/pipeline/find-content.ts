import type { Region } from '@iaas/common/image'
import { type CountVotes, createVotes } from './border-votes.ts'
import type { Pixels } from './encoding/pixels.ts'

/** Majority of the nine pixels around one. */
const majority = 5
/** Moves the counts of votes so that the highest of their four bits tells whether a majority is reached. */
const toMajority = 0x1111_1111 * (8 - majority)
const reached = 0x8888_8888
const keptLines = 3

/** Rows or columns of an image, with positions in its data. */
type Lines = {
  readonly count: number
  /** Number of pixels of each. */
  readonly length: number
  readonly lineStep: number
  readonly pixelStep: number
}

/**
 * Returns the region of an image that is not of the colour of its first pixel; undefined if there is none. A pixel differs if
 * the median of the nine around it, in any channel, is more than the threshold away, as libvips defines it (`find_trim`).
 * libvips filters all pixels for that. Here only rows and columns of the border are read, from each edge to the first that
 * differs.
 */
export function findContent(pixels: Pixels, threshold: number): Region | undefined {
  const { width, height, channels } = pixels
  const [pixel, row] = [channels, channels * width]
  const countVotes = createVotes(pixels, threshold)
  const rows = { count: height, length: width, lineStep: row, pixelStep: pixel }
  const columns = { count: width, length: height, lineStep: pixel, pixelStep: row }
  const down = findSpan(rows, countVotes)
  const across = down && findSpan(columns, countVotes)
  if (down === undefined || across === undefined) return undefined
  return { left: across.start, top: down.start, width: across.length, height: down.length }
}

/** Finds the lines from the first to the last that differs. */
function findSpan(
  lines: Lines,
  countVotes: CountVotes,
): { readonly start: number; readonly length: number } | undefined {
  const differs = createTest(lines, countVotes)
  let start = 0
  while (start < lines.count && !differs(start)) start += 1
  if (start === lines.count) return undefined
  let end = lines.count - 1
  while (end > start && !differs(end)) end -= 1
  return { start, length: end - start + 1 }
}

/** Returns a function that tells whether a pixel of a line differs. Pixels beyond the edge are those at the edge. */
function createTest(
  { count, length, lineStep, pixelStep }: Lines,
  countVotes: CountVotes,
): (line: number) => boolean {
  const kept = Array.from({ length: keptLines }, () => ({
    line: -1,
    votes: new Uint32Array(length),
    isEven: true,
  }))

  function read(line: number) {
    const found = kept[line % keptLines]
    if (found === undefined) throw new RangeError(`There is no line ${line}.`)
    if (found.line === line) return found
    found.isEven = countVotes({ start: line * lineStep, step: pixelStep }, found.votes) === 0
    found.line = line
    return found
  }

  return (line) => {
    const [one, two, three] = [
      read(Math.max(0, line - 1)),
      read(line),
      read(Math.min(count - 1, line + 1)),
    ]
    if (one.isEven && two.isEven && three.isEven) return false
    const sum = (at: number) => (one.votes[at] ?? 0) + (two.votes[at] ?? 0) + (three.votes[at] ?? 0)
    let [before, here] = [sum(0), sum(0)]
    for (let at = 0; at < length; at += 1) {
      const after = sum(Math.min(length - 1, at + 1))
      if (((before + here + after + toMajority) & reached) !== 0) return true
      before = here
      here = after
    }
    return false
  }
}
