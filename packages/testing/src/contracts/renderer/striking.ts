import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import type { Point } from '@iaas/common/image'
import { makeVariant } from '../../variants.ts'
import { type Studio, contractBounds } from './studio.ts'

const size = { width: 600, height: 400 }
const spot = { width: 60, height: 60, channels: 3, background: '#e02020' } as const

/** Draws a grey image with a red spot at its right. */
function drawSpot(): Promise<Buffer> {
  const plain = sharp({ create: { ...size, channels: 3, background: '#8a8a8a' } })
  return plain
    .composite([{ input: { create: spot }, left: 500, top: 170 }])
    .png()
    .toBuffer()
}

export function describeStriking(studio: Studio): void {
  async function render(path: string, width: number, striking: Point | undefined) {
    const crop = { fit: 'crop', gravity: 'smart', format: 'png' } as const
    const variant = makeVariant({ ...crop, width, height: 200 })
    const outcome = await studio.renderer.render({
      path,
      variant,
      bounds: contractBounds,
      striking,
    })
    if (outcome.kind !== 'rendered') throw new Error(`The outcome was ${outcome.kind}.`)
    return outcome
  }

  describe('the striking point', () => {
    it('is told by the render that found it, and used by the one that knows it', async () => {
      const path = await studio.store(await drawSpot())
      const first = await render(path, 80, undefined)
      expect(first.striking?.x).toBeGreaterThan(0.8)
      const again = await render(path, 80, first.striking)
      expect(Buffer.from(again.bytes).equals(Buffer.from(first.bytes))).toBe(true)
      const left = await render(path, 80, { x: 0.1, y: 0.5 })
      expect((await sharp(left.bytes).stats()).dominant.r).toBeLessThan(0xb0)
      expect(left.striking).toEqual({ x: 0.1, y: 0.5 })
    })

    it('is not searched for where nothing is cropped away', async () => {
      const path = await studio.store(await drawSpot())
      expect((await render(path, 300, undefined)).striking).toBeUndefined()
    })
  })
}
