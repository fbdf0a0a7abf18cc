import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { type Colour, type FontDigest, type TextFont, fontOfDigest } from '@iaas/common/image'
import sharp from 'sharp'
import { fontPath, makePrivateFont, privateCharacter } from '../../fonts.ts'
import { readPixels } from '../../images/compare.ts'
import { makeVariant } from '../../variants.ts'
import { type Studio, contractBounds } from './studio.ts'

const size = { width: 240, height: 160 }

export function describeFonts(studio: Studio): void {
  const fontOf = (bytes: Uint8Array): TextFont =>
    fontOfDigest(hash('sha256', bytes, 'hex').slice(0, 32) as FontDigest)

  async function write(
    text: string,
    font?: Uint8Array,
    textFont: TextFont | undefined = font && fontOf(font),
  ): Promise<Buffer> {
    const colours = { textColor: '000000' as Colour, textSize: 40 }
    const variant = makeVariant({ ...size, format: 'png', text, textFont, ...colours })
    const white = sharp({ create: { ...size, channels: 3, background: '#fff' } })
    const path = await studio.store(await white.png().toBuffer())
    const task = { path, variant, bounds: contractBounds, font }
    const outcome = await studio.renderer.render(task)
    if (outcome.kind !== 'rendered') throw new Error(`The outcome was ${outcome.kind}.`)
    return Buffer.from(outcome.bytes)
  }
  /** Returns how much of an image is black. */
  async function inkOf(bytes: Buffer): Promise<number> {
    const { data } = await readPixels(bytes)
    return data.reduce((sum, value) => sum + 255 - value, 0)
  }

  describe('fonts', () => {
    it('are those whose bytes come with the text', async () => {
      const usual = await inkOf(await write('Hamburg'))
      const black = await inkOf(await write('Hamburg', readFileSync(fontPath('black'))))
      const thin = await inkOf(await write('Hamburg', readFileSync(fontPath('thin'))))
      expect(thin).toBeLessThan(0.7 * usual)
      expect(black).toBeGreaterThan(1.5 * usual)
    })

    it('leave characters that they do not have to the font of the service', async () => {
      const font = makePrivateFont()
      expect(await write('Ж', font)).toEqual(await write('Ж'))
      expect(await write('x', font)).not.toEqual(await write('x'))
    })

    it('T56 change no later text', async () => {
      const before = await write(privateCharacter)
      expect(await write(privateCharacter, makePrivateFont())).not.toEqual(before)
      expect(await write(privateCharacter)).toEqual(before)
    })

    it('T56 are refused if they are damaged, or not the ones that the variant names', async () => {
      const font = readFileSync(fontPath('black'))
      const torn = font.subarray(0, font.length / 2)
      const other = fontOf(readFileSync(fontPath('thin')))
      for (const writing of [write('x', torn), write('x', font, other)]) {
        await expect(writing).rejects.toMatchObject({ code: 'RENDER_FAILED' })
      }
      await expect(write('x', undefined, other)).rejects.toMatchObject({ code: 'RENDER_FAILED' })
    })
  })
}
