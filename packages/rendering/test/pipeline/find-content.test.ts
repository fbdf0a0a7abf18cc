import type { Region } from '@iaas/common/image'
import type { Pixels } from '@iaas/rendering/pipeline/encoding/pixels'
import { findContent } from '@iaas/rendering/pipeline/find-content'
import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'

const thresholds = [0, 1, 5, 10, 40, 100, 255]

/** Returns numbers from 0 to 1 that are the same in each run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

type Draw = { readonly random: () => number; readonly channels: 1 | 3 | 4 }

/** Draws a rectangle of noise on an almost even background with dust on it. */
function drawBordered({ random, channels }: Draw): Pixels {
  const below = (end: number) => Math.floor(random() * end)
  const [width, height] = [3 + below(14), 3 + below(14)]
  const across = [below(width), below(width)].toSorted((one, other) => one - other)
  const down = [below(height), below(height)].toSorted((one, other) => one - other)
  const background = Array.from({ length: channels }, () => [0, 255, below(256)][below(3)] ?? 0)
  const dust = random() * 0.2
  const data = Buffer.alloc(width * height * channels)
  for (let at = 0; at < data.length; at += 1) {
    const pixel = Math.floor(at / channels)
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const isWithin = isBetween(x, across) && isBetween(y, down)
    const isNoise = random() < (isWithin ? 0.8 : dust)
    const even = (background[at % channels] ?? 0) + below(12) - 6
    data[at] = isNoise ? below(256) : Math.min(255, Math.max(0, even))
  }
  return { data, width, height, channels }
}

function isBetween(value: number, [start = 0, end = 0]: readonly number[]): boolean {
  return value >= start && value <= end
}

async function trimBySharp({ data, ...raw }: Pixels, threshold: number): Promise<Region> {
  const { info } = await sharp(data, { raw })
    .trim({ threshold })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, trimOffsetLeft = 0, trimOffsetTop = 0 } = info
  // The offsets of an image that stays whole are zero, and subtracting avoids the negative one.
  return { left: 0 - trimOffsetLeft, top: 0 - trimOffsetTop, width, height }
}

/** Counts how often a channel of a pixel is read. */
function countReads(pixels: Pixels): number {
  let reads = 0
  const data = new Proxy(pixels.data, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1
      return Reflect.get(target, name) as unknown
    },
  })
  findContent({ ...pixels, data }, 10)
  return reads / pixels.data.length
}

describe('the border of an image', () => {
  it.each([1, 3, 4] as const)(
    'R66 is the one that the median filter of sharp finds, with %i channels',
    async (channels) => {
      const random = createRandom(channels)
      for (let round = 0; round < 300; round += 1) {
        const pixels = drawBordered({ random, channels })
        const threshold = thresholds[round % thresholds.length] ?? 0
        const whole = { left: 0, top: 0, width: pixels.width, height: pixels.height }
        const found = findContent(pixels, threshold) ?? whole
        expect(found).toEqual(await trimBySharp(pixels, threshold))
      }
    },
  )

  it('R66 is read once, and the rest of the image is not', () => {
    const [width, height] = [200, 150]
    const even = Buffer.alloc(width * height * 3, 240)
    const noisy = Buffer.from(even.map((_, at) => (at * 7919) % 256))
    expect(countReads({ data: even, width, height, channels: 3 })).toBeLessThan(1.1)
    expect(countReads({ data: noisy, width, height, channels: 3 })).toBeLessThan(0.1)
  })
})
