import { execFileSync } from 'node:child_process'
import { type Colour, type Size, center, defaultVariantOptions } from '@iaas/common/image'
import { drawText, estimateText } from '@iaas/rendering/pipeline/look/text'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'

const red = 'ff0000' as Colour
const white = 'ffffff' as Colour
const sizes: readonly Size[] = [
  { width: 1, height: 1 },
  { width: 300, height: 200 },
  { width: 600, height: 2 },
]

function draw(text: string, size: Size, part: object = {}) {
  return drawText({ ...defaultVariantOptions, textColor: red, ...part, text }, size)
}

const hostile = [
  '\u0489'.repeat(200),
  `e${'\u0301\u0489'.repeat(99)}`,
  '\u202e\u202d\u2066'.repeat(66),
  '\u200b\u200d\ufeff'.repeat(66),
  '\ufdfd'.repeat(200),
  'W'.repeat(200),
  '😀👩\u200d👩\u200d👧'.repeat(30),
  '<span size="9999999">x</span>',
  '</span><span',
  '&#0;&lt;&nothing;<!-- -->]]>',
  '\ufffe\uffff\u{10ffff}',
  '\u2800',
  '\u00ad\u034f\u115f',
]

describe('a text', () => {
  it.each(hostile)('R65 is within the image, whatever it is: %j', async (text) => {
    for (const size of sizes) {
      for (const textSize of [undefined, 4, 1000]) {
        for (const textBackground of [undefined, white]) {
          const layer = await draw(text, size, { textSize, textBackground })
          if (layer === undefined) continue
          const { left, top, pixels } = layer
          expect(Math.min(left, top)).toBeGreaterThanOrEqual(0)
          expect(left + pixels.width).toBeLessThanOrEqual(size.width)
          expect(top + pixels.height).toBeLessThanOrEqual(size.height)
        }
      }
    }
  })

  it('R65 is drawn or left out for any characters', async () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(...sizes), async (characters, size) => {
        const shown = characters.replace(/[\p{Cc}\p{Cs}]/gu, 'x')
        const layer = await draw(shown, size, { textSize: 40 })
        expect(layer?.pixels.channels ?? 4).toBe(4)
      }),
      { numRuns: 100 },
    )
  })

  it('R64 shows markup as it is written', async () => {
    const size = { width: 800, height: 100 }
    const plain = await draw('<b>x</b>&amp;', size, { textSize: 30 })
    const short = await draw('x&', size, { textSize: 30 })
    expect(plain?.pixels.width).toBeGreaterThan(3 * (short?.pixels.width ?? 0))
  })

  it('has the size that is asked for where it fits, and the largest that fits elsewhere', async () => {
    const size = { width: 300, height: 200 }
    const heightAt = async (textSize: number, text = 'H') =>
      (await draw(text, size, { textSize }))?.pixels.height ?? 0
    expect(await heightAt(80)).toBeCloseTo(2 * (await heightAt(40)), -0.5)
    const largest = await heightAt(1000)
    expect(largest).toBeGreaterThan(70)
    expect(await heightAt(900)).toBeCloseTo(largest, -1)
    expect(await heightAt(30, 'several words that need more than one line')).toBeGreaterThan(50)
  })

  it('R65 has a memory estimate that grows with the image', () => {
    const small = estimateText({ width: 10, height: 10 })
    expect(estimateText({ width: 2000, height: 2000 }) - small).toBeGreaterThan(4e6 * 16)
  })

  it('is drawn on a machine without fonts and without a configuration of them', async () => {
    const program = `
      const { drawText } = await import(process.argv[1])
      const options = { textColor: 'ff0000', textGravity: { x: 0.5, y: 0.5 } }
      const size = { width: 300, height: 200 }
      const { pixels } = await drawText({ ...options, text: 'Åé Жя Ωα नम' }, size)
      console.log(pixels.width, pixels.height)`
    const file = new URL('../../dist/pipeline/look/text.js', import.meta.url).href
    const env = { FONTCONFIG_FILE: '/nowhere/fonts.conf', FONTCONFIG_PATH: '/nowhere' }
    const args = ['--input-type=module', '-e', program, file]
    const answer = execFileSync(process.execPath, args, { env, encoding: 'utf8', stdio: 'pipe' })
    const here = await drawText(
      { ...defaultVariantOptions, textColor: red, textGravity: center, text: 'Åé Жя Ωα नम' },
      { width: 300, height: 200 },
    )
    expect(answer.trim()).toBe(`${here?.pixels.width} ${here?.pixels.height}`)
  })
})
