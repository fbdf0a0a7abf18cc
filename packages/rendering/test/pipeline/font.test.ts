import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fontOfDigest } from '@iaas/common/image'
import { fontDigest } from '@iaas/rendering/fonts/font-digest'
import { checkFont, estimateFont, loadFont } from '@iaas/rendering/pipeline/look/load-font'
import { breakTable, fontPath } from '@iaas/testing/fonts'
import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'

const text = 'Hamburg 123 Жя'

/** Draws a text with sharp alone, in a process without other fonts. */
function drawReference(file: string, family: string): string {
  const program = `
    const { default: sharp } = await import('sharp')
    const [text, font, fontfile] = process.argv.slice(1)
    const image = sharp({ text: { text, font, fontfile, dpi: 72, rgba: true } })
    console.log((await image.raw().toBuffer()).toString('base64'))`
  const args = ['--input-type=module', '-e', program, text, `${family} 40`, file]
  const env = { FONTCONFIG_FILE: '/nowhere/fonts.conf' }
  const options = { cwd: import.meta.dirname, env, encoding: 'utf8', stdio: 'pipe' } as const
  return execFileSync(process.execPath, args, options).trim()
}

describe('a font of the configuration', () => {
  it.each([
    ['black', 'Noto Sans Black'],
    ['thin', 'Noto Sans Thin'],
  ] as const)('draws what sharp draws with the file: %s', async (name, family) => {
    const file = fontPath(name)
    const { font, fontfile } = await loadFont(readFileSync(file))
    const options = { text, font: `${font} 40`, fontfile, dpi: 72, rgba: true }
    const drawn = await sharp({ text: options }).raw().toBuffer()
    expect(drawn.toString('base64')).toBe(drawReference(file, family))
  })

  it('T56 is not drawn with if it is another one, or nothing is drawn in it', async () => {
    const black = readFileSync(fontPath('black'))
    const other = fontOfDigest(fontDigest(readFileSync(fontPath('thin'))))
    expect(checkFont(fontOfDigest(fontDigest(black)), black)).toBe(black)
    for (const bytes of [black, undefined]) {
      expect(() => checkFont(other, bytes)).toThrow('not the one that was asked for')
    }
    for (const table of ['head', 'glyf']) {
      const loading = loadFont(breakTable(black, table))
      await expect(loading).rejects.toMatchObject({ code: 'RENDER_FAILED' })
    }
  })

  it('T56 leaves no file behind', async () => {
    const list = () => readdirSync(tmpdir()).filter((name) => name.startsWith('iaas-font-'))
    const before = list()
    await loadFont(readFileSync(fontPath('thin')))
    expect(list().filter((name) => !before.includes(name))).toEqual([])
  })

  it('T56 has a memory estimate that grows with its file', () => {
    expect(estimateFont(new Uint8Array(1e6))).toBeGreaterThan(2e6)
    expect(estimateFont(undefined)).toBe(0)
  })
})
