import { center, defaultVariantOptions } from '@iaas/common/image'
import { planLayers } from '@iaas/rendering/pipeline/look/plan-layers'
import { overlayDigest } from '@iaas/rendering/watermarks/overlays'
import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'

function makePlain(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#888' } })
    .png()
    .toBuffer()
}

async function plan(overlay: Buffer, size = { width: 100, height: 100 }) {
  const settings = { gravity: center, opacity: 1, scale: 1, margin: 0, repeat: false }
  return planLayers(
    { ...defaultVariantOptions, watermark: { overlay: overlayDigest(overlay), ...settings } },
    size,
    { overlay },
  )
}

describe('the layers of a rendition', () => {
  it('T55 have a memory estimate that grows with the image of the watermark and with the rendition', async () => {
    const small = await makePlain(10, 10)
    const least = (await plan(small)).bytes
    expect((await plan(await makePlain(4000, 4000))).bytes - least).toBeGreaterThan(16e6 * 8)
    const onLarge = await plan(small, { width: 2000, height: 2000 })
    expect(onLarge.bytes - least).toBeGreaterThan(4e6 * 8)
    expect((await planLayers(defaultVariantOptions, { width: 9, height: 9 }, {})).bytes).toBe(0)
  })

  it('R63 are refused if the image is not the one that the variant names, or absent', async () => {
    const overlay = overlayDigest(await makePlain(9, 9))
    const settings = { gravity: center, opacity: 1, scale: 1, margin: 0, repeat: false }
    const variant = { ...defaultVariantOptions, watermark: { overlay, ...settings } }
    for (const bytes of [await makePlain(9, 8), undefined]) {
      const planning = planLayers(variant, { width: 9, height: 9 }, { overlay: bytes })
      await expect(planning).rejects.toMatchObject({ code: 'RENDER_FAILED' })
    }
  })

  it('T55 are refused by their header if the image of the watermark has too many pixels', async () => {
    const wide = await makePlain(5000, 4000)
    await expect(plan(wide)).rejects.toMatchObject({ code: 'RENDER_FAILED' })
  })
})
