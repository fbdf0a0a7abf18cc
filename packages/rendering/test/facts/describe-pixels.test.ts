import { makePhoto } from '@iaas/testing/images/make-photo'
import { describe, expect, it } from '@jest/globals'
import { decode } from 'blurhash'
import sharp from 'sharp'
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from 'thumbhash'
import { describePixels } from '../../src/facts/describe-pixels.ts'

describe('placeholders', () => {
  it('are read by the libraries of their names, and have the colours of the image', async () => {
    const size = { width: 90, height: 60 }
    const facts = await describePixels(sharp(await makePhoto({ ...size, format: 'png' })))
    const hash = Buffer.from(facts.thumbhash, 'base64')
    expect(thumbHashToApproximateAspectRatio(hash)).toBeCloseTo(1.5, 0)
    const { r, g, b } = thumbHashToAverageRGBA(hash)
    const average = facts.averageColour?.match(/../g)?.map((level) => Number.parseInt(level, 16))
    for (const [index, level] of [r, g, b].entries()) {
      expect(Math.abs(level * 255 - (average?.[index] ?? -1))).toBeLessThan(24)
    }
    const blurred = decode(facts.blurhash, 9, 6)
    const mean = blurred.filter((_, at) => at % 4 === 0).reduce((sum, level) => sum + level) / 54
    expect(Math.abs(mean - (average?.[0] ?? -1))).toBeLessThan(24)
  })
})
