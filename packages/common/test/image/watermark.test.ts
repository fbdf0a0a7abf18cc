import {
  type OverlayDigest,
  type PlacedWatermark,
  type Policy,
  center,
  formatLaterOptions,
  formatWatermark,
  parseLaterOptions,
  parseWatermark,
  toVariant,
  variantKey,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyPoint, decimals } from './_any-options.ts'
import { read } from './_bounding.ts'

const overlay = 'aa'.repeat(16) as OverlayDigest
const configured: PlacedWatermark = {
  overlay,
  gravity: { x: 1, y: 1 },
  opacity: 1,
  scale: 0.25,
  margin: 10,
  repeat: false,
}

const anyPlaced: fc.Arbitrary<PlacedWatermark> = fc.record(
  {
    overlay: fc.constantFrom(overlay, '0123456789abcdef'.repeat(2) as OverlayDigest),
    gravity: anyPoint,
    opacity: decimals(0.001, 1),
    scale: decimals(0.01, 1),
    margin: fc.nat(65_500),
    repeat: fc.boolean(),
  },
  { noNullPrototype: true },
)

function policyWith(part: Partial<PlacedWatermark> = {}): Policy {
  return {
    bounds: { width: 2000, height: 2000 },
    webpOptIn: false,
    webpSwitch: false,
    findWatermark: (name) => (name === 'logo' ? { ...configured, ...part } : undefined),
  }
}

const variantOf = (address: string, part: Partial<PlacedWatermark> = {}) =>
  toVariant(read(address), policyWith(part), [])
const keyOf = (address: string, part: Partial<PlacedWatermark> = {}) =>
  variantKey(variantOf(address, part))

describe('watermark', () => {
  it('of a variant is read back from its text, its key and its row', () => {
    fc.assert(
      fc.property(anyPlaced, (placed) => {
        expect(parseWatermark(formatWatermark(placed))).toEqual(placed)
        const variant = { ...variantOf('/a_9_9.jpg'), watermark: placed }
        expect(parseLaterOptions(formatLaterOptions(variant))?.watermark).toEqual(placed)
      }),
    )
  })

  it('of an address is read back from its text', () => {
    for (const text of [
      'logo',
      'logo,north',
      'logo,0.2,0.7',
      'logo,center,0.5',
      'a-1,west,1,0.01',
    ]) {
      const named = parseWatermark(text)
      expect([text, named && formatWatermark(named)]).toEqual([text, text])
    }
  })

  it('R63 keeps everything that decides its pixels in the key, and no name', () => {
    const key = keyOf('/a_9_9.jpg?watermark=logo')
    expect(decodeURIComponent(key)).toContain(`watermark=~${overlay},southeast,1,0.25,10,once`)
    expect(key).not.toContain('logo')
    const others: Partial<PlacedWatermark>[] = [
      { overlay: 'bb'.repeat(16) as OverlayDigest },
      { gravity: center },
      { opacity: 0.5 },
      { scale: 0.5 },
      { margin: 11 },
      { repeat: true },
    ]
    const keys = others.map((part) => keyOf('/a_9_9.jpg?watermark=logo', part))
    expect(new Set([key, ...keys]).size).toBe(others.length + 1)
  })

  it.each([
    ['/a_9_9.jpg?watermark=logo,southeast,1,0.25', '/a_9_9.jpg?watermark=logo', {}],
    ['/a_9_9.jpg?watermark=logo,1,1', '/a_9_9.jpg?watermark=logo', {}],
    ['/a_9_9.jpg?watermark=logo,north,0', '/a_9_9.jpg', {}],
    ['/a_9_9.jpg?watermark=logo', '/a_9_9.jpg', { opacity: 0 }],
    ['/a_9_9.jpg?watermark=logo,north', '/a_9_9.jpg?watermark=logo', { repeat: true }],
  ] as const)('%s has the key of %s', (one, other, part) => {
    expect(keyOf(one, part)).toBe(keyOf(other, part))
  })

  it('multiplies the margin by the scale of the address', () => {
    expect(variantOf('/a_9_9_3x.jpg?watermark=logo').watermark).toMatchObject({ margin: 30 })
  })

  it.each([
    'none',
    'constructor',
    '__proto__',
    '',
    'Logo',
    'logo,',
    'logo,smart',
    'logo,middle',
    'logo,north,2',
    'logo,north,0.5,0',
    'logo,north,0.5,1.5',
    'logo,north,0.5,0.5,1',
    'logo,0.5',
    formatWatermark(configured),
  ])('R63 %s is refused, with the name of the option', (value) => {
    expect(() => variantOf(`/a_9_9.jpg?watermark=${encodeURIComponent(value)}`)).toThrow(
      '"watermark"',
    )
    const without = { ...policyWith(), findWatermark: () => undefined }
    expect(() => toVariant(read('/a_9_9.jpg?watermark=logo'), without, [])).toThrow('"watermark"')
  })
})
