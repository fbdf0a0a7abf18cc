import { type Policy, toVariant, variantKey } from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import { read } from './_bounding.ts'

const policy: Policy = {
  bounds: { width: 2000, height: 2000 },
  webpOptIn: false,
  webpSwitch: false,
}
const keyOf = (address: string) => variantKey(toVariant(read(address), policy, []))
const withText = (text: string) => `/a_9_9.jpg?text=${encodeURIComponent(text)}`

describe('text', () => {
  it.each([
    ['cafe\u0301', 'caf\u00e9'],
    ['\u1100\u1161', '\uac00'],
  ])('R64 has one key in every normal form: %j', (one, other) => {
    expect(keyOf(withText(one))).toBe(keyOf(withText(other)))
  })

  it('R64 has one key however its address is encoded', () => {
    expect(keyOf('/a_9_9.jpg?text=a+b%2fc')).toBe(keyOf('/a_9_9.jpg?text=%61%20b/c'))
    expect(keyOf(withText('a&b=c'))).toContain('/text=a%26b%3Dc/')
  })

  it.each([
    [
      '/a_9_9.jpg?text_size=20&text_color=ff0000&text_gravity=north&text_background=0000ff',
      '/a_9_9.jpg',
    ],
    ['/a_9_9.jpg?text=a&text_color=FFFFFFFF&text_gravity=0.5,0.5', '/a_9_9.jpg?text=a'],
    ['/a_9_9_2x.jpg?text=a&text_size=20', '/a_18_18.jpg?text=a&text_size=40'],
  ])('%s has the key of %s', (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other))
  })

  it('takes 200 characters of any script, and what looks like markup', () => {
    for (const text of [
      'x'.repeat(200),
      '😀'.repeat(200),
      'e\u0301'.repeat(200),
      '<b>&amp;',
      '\u202eabc',
    ]) {
      expect(keyOf(withText(text))).toContain('text=')
    }
  })

  it.each([
    '',
    ' ',
    '\u200b\u200d',
    'a\nb',
    'a\u0000',
    'a\u0085',
    'a\u2028b',
    '\ufffd',
    'x'.repeat(201),
    'e\u0301'.repeat(201),
    '\u0301'.repeat(100_000),
  ])('R64 %j is refused', (text) => {
    expect(() => keyOf(withText(text))).toThrow('"text"')
  })

  it.each([
    ['text_size', '3'],
    ['text_size', '1001'],
    ['text_size', '9.5'],
    ['text_color', 'red'],
    ['text_color', '00000000'],
    ['text_gravity', 'smart'],
    ['text_background', 'transparent'],
  ])('%s=%s is refused', (name, value) => {
    expect(() => keyOf(`/a_9_9.jpg?text=a&${name}=${value}`)).toThrow(`"${name}"`)
    expect(() => keyOf(`/a_9_9.jpg?${name}=${value}`)).toThrow(`"${name}"`)
  })

  it('R64 is refused where the scale makes it larger than a text may be', () => {
    expect(() => keyOf('/a_9_9_3x.jpg?text=a&text_size=400')).toThrow('"text_size"')
  })
})
