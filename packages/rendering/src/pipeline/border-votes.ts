import type { Pixels } from './encoding/pixels.ts'

const opaque = 255
const levels = 256

/** Positions of the pixels of a row or column in the data. */
export type Line = { readonly start: number; readonly step: number }

/**
 * Compares the pixels of a row or column with the first one of the image, and writes a number for each: four bits for each
 * channel and direction, 1 if the channel is more than the threshold above or below. The numbers of up to fifteen pixels can
 * be added, which counts each of them.
 *
 * @returns 0 if no pixel differs
 */
export type CountVotes = (line: Line, votes: Uint32Array) => number

/** Transparent colours are compared as they look on the colour of the first pixel. */
export function createVotes({ data, channels }: Pixels, threshold: number): CountVotes {
  const hasAlpha = channels % 2 === 0
  const colours = hasAlpha ? channels - 1 : channels
  const tables = Array.from({ length: channels }, (_, channel) =>
    tabulateVotes(channel, data[channel] ?? 0, threshold),
  )

  function addColour(channel: number, { start, step }: Line, votes: Uint32Array): number {
    const table = tables[channel] ?? new Uint32Array(levels)
    let all = 0
    for (let index = 0, at = start + channel; index < votes.length; index += 1, at += step) {
      const vote = table[data[at] ?? 0] ?? 0
      votes[index] = (votes[index] ?? 0) | vote
      all |= vote
    }
    return all
  }

  function addBlendedColour(channel: number, { start, step }: Line, votes: Uint32Array): number {
    const table = tables[channel] ?? new Uint32Array(levels)
    const behind = data[channel] ?? 0
    let all = 0
    for (let index = 0, at = start; index < votes.length; index += 1, at += step) {
      const alpha = data[at + colours] ?? 0
      const value = data[at + channel] ?? 0
      const seen = Math.floor((value * alpha + behind * (opaque - alpha)) / opaque)
      const vote = table[seen] ?? 0
      votes[index] = (votes[index] ?? 0) | vote
      all |= vote
    }
    return all
  }

  return (line, votes) => {
    votes.fill(0)
    let all = hasAlpha ? addColour(colours, line, votes) : 0
    for (let channel = 0; channel < colours; channel += 1) {
      all |= hasAlpha ? addBlendedColour(channel, line, votes) : addColour(channel, line, votes)
    }
    return all
  }
}

/** Returns the vote of each level of a channel. */
function tabulateVotes(channel: number, first: number, threshold: number): Uint32Array {
  return Uint32Array.from({ length: levels }, (_, level) => {
    if (Math.abs(level - first) <= threshold) return 0
    return 16 ** (2 * channel + (level > first ? 0 : 1))
  })
}
