import { endsLikeSize, parseImageId, parseImageUrl, parseUploadPath } from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyId } from './_arbitraries.ts'
import { codeOf, refusalOf } from './_refusals.ts'

const controls = [...Array.from({ length: 32 }, (_, code) => code), 0x7f, 0x80, 0x9f]

const refused: readonly (readonly [kind: string, id: unknown, says: RegExp])[] = [
  ['an empty one', '', /empty/],
  ['a number', 5, /string/],
  ['null', null, /string/],
  ['undefined', undefined, /string/],
  ['a list', ['a'], /string/],
  ['an object', { toString: () => 'a' }, /string/],
  ...controls.map((code) => {
    const name = code.toString(16).padStart(2, '0')
    return [`the control ${name}`, `a${String.fromCodePoint(code)}b`, /control/] as const
  }),
  ['a control at the end', 'a\n', /control/],
  ['a slash', 'a/b', /"\/"/],
  ['a backslash', String.raw`a\b`, /"\\"/],
  ['a leading dot', '.a', /begin/],
  ['a leading underscore', '_a', /begin/],
  ['a climb', 'a..b', /"\.\."/],
  ['a climb at the end', 'a..', /"\.\."/],
  ['a lone surrogate', 'a\ud800', /well-formed/],
  ['256 characters', 'a'.repeat(256), /255/],
  ['256 characters outside the BMP', '😀'.repeat(256), /255/],
  ['a million characters', 'a'.repeat(1e6), /255/],
  ['a size at the end', 'a_100_100', /size/],
  ['a size of one digit', 'a_1_2', /size/],
  ['a size and a scale at the end', 'a_100_100_2x', /size/],
  ['a size and an upper-case scale', 'a_100_100_2X', /size/],
  ['a size no request may have', 'a_0_-5', /size/],
  ['a size of other digits', 'a_٧٥_٧٥', /size/],
  ['a size among spaces', 'a_ 1_2 ', /size/],
  ['a name of a route', 'token', /route/],
  ['a name of a route in other case', 'Token', /route/],
  ['robots.txt', 'robots.txt', /route/],
  ['favicon.ico', 'favicon.ico', /route/],
  ['healthz', 'healthz', /route/],
  ['readyz', 'READYZ', /route/],
]

describe('parseImageId', () => {
  it.each(refused)('refuses %s and says why', (_, id, says) => {
    const error = refusalOf(() => parseImageId(id))
    expect(error?.code).toBe('INVALID_ID')
    expect(error?.message).toMatch(says)
  })

  it.each(refused.filter(([, id]) => typeof id === 'string' && id.isWellFormed()))(
    'lets no address with %s name an original or an upload',
    (_, id) => {
      const path = `/${encodeURIComponent(String(id))}`
      const sized = refusalOf(() => parseImageUrl(`${path}_10_10.jpg`, []))
      expect(sized?.code).toMatch(/^INVALID_(ID|IMAGE_URL)$/)
      const upload = refusalOf(() => parseUploadPath(path))
      expect(upload?.code).toMatch(/^INVALID_(ID|IMAGE_URL)$/)
    },
  )

  it.each([
    'a',
    'my_image',
    'my image (1).final',
    'photo.jpg',
    'a.',
    'a_',
    'a_100',
    'a_100_',
    'a_b_100',
    '100_100',
    '100_100_2x',
    'a_100_100_x',
    'a_100_100_2y',
    'tokens',
    'ёлка',
    '画像',
    '😀',
    "O'Brien & Söhne <3 100%",
    'a'.repeat(255),
    '😀'.repeat(255),
  ])('accepts %j as it is', (id) => {
    expect(parseImageId(id)).toBe(id)
  })

  it('reads a last part without "x" as a height, never as a scale', () => {
    expect(codeOf(() => parseImageId('a_100_100_2'))).toBe('INVALID_ID')
  })

  it('R3 takes both normal forms of a name for one id', () => {
    expect(parseImageId('Cafe\u0301')).toBe(parseImageId('Caf\u00e9'))
    expect(parseImageId('\u212b')).toBe(parseImageId('\u00c5'))
    fc.assert(
      fc.property(anyId, (id) => {
        expect(parseImageId(id.normalize('NFD'))).toBe(id)
      }),
    )
  })

  it('counts the characters of the normal form', () => {
    expect(parseImageId('e\u0301'.repeat(255))).toBe('é'.repeat(255))
    expect(codeOf(() => parseImageId('\u0958'.repeat(128)))).toBe('INVALID_ID')
  })

  it('is idempotent', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        expect(parseImageId(parseImageId(id))).toBe(id)
      }),
    )
  })

  it('throws nothing but INVALID_ID, whatever it is given', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), loneSurrogates())
    fc.assert(
      fc.property(fc.oneof(anyText, fc.anything()), (value) => {
        expect([undefined, 'INVALID_ID']).toContain(codeOf(() => parseImageId(value)))
      }),
    )
  })
})

describe('endsLikeSize', () => {
  it('is true of every name followed by a size, well written or not', () => {
    const number = fc.oneof(
      fc.nat().map(String),
      fc.constantFrom('-1', '+5', '1e3', '0x10', '00100', ' 7', '1.5', '.5', '5.', '٧٥'),
    )
    const scale = fc.oneof(
      fc.constant(''),
      number.map((value) => `_${value}x`),
    )
    fc.assert(
      fc.property(anyId, number, number, scale, (id, width, height, suffix) => {
        expect(endsLikeSize(`${id}_${width}_${height}${suffix}`)).toBe(true)
      }),
    )
  })
})

function loneSurrogates(): fc.Arbitrary<string> {
  const unit = fc.integer({ min: 0xd7ff, max: 0xe000 }).map((code) => String.fromCharCode(code))
  return fc.array(unit, { maxLength: 20 }).map((units) => units.join(''))
}
