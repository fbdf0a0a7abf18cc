import {
  type FontDigest,
  type Policy,
  digestOfFont,
  formatLaterOptions,
  parseLaterOptions,
  toVariant,
  variantKey,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import { read } from './_bounding.ts'

const digest = 'ab'.repeat(16) as FontDigest
const other = 'cd'.repeat(16) as FontDigest
const fonts: Readonly<Record<string, FontDigest>> = { brand: digest, same: digest, other }

const policy: Policy = {
  bounds: { width: 2000, height: 2000 },
  webpOptIn: false,
  webpSwitch: false,
  findFont: (name) => (Object.hasOwn(fonts, name) ? fonts[name] : undefined),
}
const variantOf = (address: string) => toVariant(read(address), policy, [])
const keyOf = (address: string) => variantKey(variantOf(address))

describe('text_font', () => {
  it('T56 is in the key as the digest of the font, under any name of it', () => {
    const key = keyOf('/a_9_9.jpg?text=a&text_font=brand')
    expect(decodeURIComponent(key)).toContain(`text_font=~${digest}`)
    expect(key).not.toContain('brand')
    expect(keyOf('/a_9_9.jpg?text=a&text_font=same')).toBe(key)
    expect(keyOf('/a_9_9.jpg?text=a&text_font=other')).not.toBe(key)
    expect(keyOf('/a_9_9.jpg?text=a')).not.toBe(key)
  })

  it('is not in the key without a text', () => {
    expect(keyOf('/a_9_9.jpg?text_font=brand')).toBe(keyOf('/a_9_9.jpg'))
  })

  it('of a variant is read back from its row', () => {
    const variant = variantOf('/a_9_9.jpg?text=a&text_font=brand')
    const { textFont } = parseLaterOptions(formatLaterOptions(variant)) ?? {}
    expect([textFont, textFont && digestOfFont(textFont)]).toEqual([`~${digest}`, digest])
  })

  it.each([
    'none',
    'constructor',
    '__proto__',
    '',
    'Brand',
    'brand,other',
    'x'.repeat(33),
    '/etc/passwd',
    '../brand',
    'brand.ttf',
    'Noto Sans',
    'brand 40',
    `~${digest}`,
    digest,
  ])('T56 %s is refused, with the name of the option', (value) => {
    for (const text of ['text=a&', '']) {
      const address = `/a_9_9.jpg?${text}text_font=${encodeURIComponent(value)}`
      expect(() => variantOf(address)).toThrow('"text_font"')
    }
  })

  it('is refused where no fonts are configured', () => {
    const without = { ...policy, findFont: () => undefined }
    const request = read('/a_9_9.jpg?text=a&text_font=brand')
    expect(() => toVariant(request, without, [])).toThrow('"text_font"')
  })
})
