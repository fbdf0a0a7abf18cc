import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import sharp from 'sharp'
import { findColours } from '../../../src/pipeline/encoding/find-colours.ts'
import { encodeIndexedPng } from '../../../src/pipeline/encoding/indexed-png.ts'
import { type Pixels, dropConstantChannels } from '../../../src/pipeline/encoding/pixels.ts'

const limit = 4096

/** Images of few colours, of any of the channels that decoders make. */
const anyPixels: fc.Arbitrary<Pixels> = fc
  .record({
    channels: fc.constantFrom<Pixels['channels'][]>(1, 2, 3, 4),
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 12 }),
    levels: fc.array(fc.nat(255), { minLength: 1, maxLength: 3 }),
  })
  .chain(({ channels, width, height, levels }) => {
    const length = width * height * channels
    const bytes = fc.array(fc.constantFrom(...levels), { minLength: length, maxLength: length })
    return bytes.map((values) => ({ data: Buffer.from(values), width, height, channels }))
  })

async function readRgba({ data, width, height, channels }: Pixels): Promise<Buffer> {
  const image = sharp(data, { raw: { width, height, channels } })
  return image.toColourspace('srgb').ensureAlpha().raw().toBuffer()
}

describe('an indexed PNG', () => {
  it('has the pixels that it was made of, whatever its colours, channels and size', async () => {
    await fc.assert(
      fc.asyncProperty(anyPixels, async (pixels) => {
        const indexed = findColours(dropConstantChannels(pixels), limit)?.indexed
        if (indexed === undefined) return
        const png = await encodeIndexedPng(indexed)
        const decoded = await sharp(png).toColourspace('srgb').ensureAlpha().raw().toBuffer()
        expect(decoded).toEqual(await readRgba(pixels))
      }),
      { numRuns: 60 },
    )
  })

  it('has as many colours as a palette holds', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, at) => [at, 255 - at, at ^ 85]).flat())
    const pixels: Pixels = { data: all, width: 64, height: 4, channels: 3 }
    const colours = findColours(pixels, limit)
    expect(colours?.count).toBe(256)
    const png = await encodeIndexedPng(colours!.indexed!)
    expect(await sharp(png).raw().toBuffer()).toEqual(all)
  })
})

describe('the count of colours', () => {
  it('has no palette for 257 colours, and ends at its limit', () => {
    const count = (colours: number) => {
      const data = Buffer.alloc(colours * 3)
      for (let at = 0; at < colours; at += 1) data.writeUIntBE(at * 7, at * 3, 3)
      return findColours({ data, width: colours, height: 1, channels: 3 }, 512)
    }
    expect(count(256)?.indexed?.palette).toHaveLength(256)
    expect(count(257)).toEqual({ count: 257, indexed: undefined })
    expect(count(512)?.count).toBe(512)
    expect(count(513)).toBeUndefined()
  })
})
