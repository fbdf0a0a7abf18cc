import { parseImageUrl, parseUploadPath } from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import { codeOf } from './_refusals.ts'

const many = Number(process.env['HOSTILE_PATHS'] ?? 2000)

/** No request may keep others waiting longer than this, ms. */
const limitMs = 20

const pieces = [
  '_',
  '_.',
  '_x',
  '-',
  '1',
  '_1',
  '_1_1',
  '.',
  '%5F',
  '%25',
  ' ',
  '1e',
  '٧',
  '%C3%A9',
]
/** Nearly a number: what a pattern that can read it in many ways tries them all for. */
const nearly = `${'1'.repeat(23)}!`
const tails = ['', '.jpg', '_1_1.jpg', '_1_1_1x.webp', '_1_1_1y.png', `_${nearly}_${nearly}.jpg`]

/** The same numbers in every run (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

function* drawPaths(count: number): Generator<string> {
  const random = createRandom(6)
  const draw = (of: readonly string[]) => of[random(of.length)] ?? ''
  for (let index = 0; index < count; index += 1) {
    const length = [20, 300, 1990, 16_000][random(4)] ?? 20
    const alphabet = [draw(pieces), draw(pieces)]
    let path = '/'
    while (path.length < length) path += draw(alphabet)
    yield path + draw(tails)
  }
}

function timeOf(path: string): number {
  const before = processorMs()
  codeOf(() => parseImageUrl(path, []))
  codeOf(() => parseUploadPath(path))
  return processorMs() - before
}

/** Does not go on while other programs have the processor. */
function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

describe('reading an address', () => {
  it('R6 never keeps others waiting, whatever the address', () => {
    const slow = []
    for (const path of drawPaths(many)) {
      // Once more, where it may have been the collection of garbage.
      if (timeOf(path) > limitMs && timeOf(path) > limitMs && timeOf(path) > limitMs)
        slow.push(path)
      if (slow.length > 3) break
    }
    expect(slow).toEqual([])
  })

  it('R5 costs no more beyond the longest address than up to it', () => {
    const fastest = (length: number) => {
      const path = `/${'_1'.repeat(length / 2)}_1_1.jpg`
      return Math.min(...Array.from({ length: 50 }, () => timeOf(path)))
    }
    expect(fastest(15_000)).toBeLessThan(5)
    expect(fastest(1_000_000)).toBeLessThan(5)
  })

  it('R8 costs little where the query has very many parameters', () => {
    const query = [...new URLSearchParams('a=1&'.repeat(10_000))]
    const before = processorMs()
    expect(parseImageUrl('/a_1_1.jpg', query)).toMatchObject({ kind: 'sized' })
    expect(processorMs() - before).toBeLessThan(100)
  })
})
