import { parseImageUrl, parseUploadPath } from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { codeOf } from './_refusals.ts'

const codes = [undefined, 'INVALID_IMAGE_URL', 'INVALID_ID', 'INVALID_OPTION']

const percentGarbage = fc
  .array(
    fc.oneof(
      fc.constantFrom('%', '%2', '%2F', '%00', '%C0%AE', '%ED%A0%80', '%F0%9F%98%80', '%5f', '.'),
      fc.constantFrom('_', '_1', '_100_100', '_2x', '.jpg', '.PNG', '/', '\\', '..', 'a', ' '),
    ),
    { maxLength: 30 },
  )
  .map((parts) => `/${parts.join('')}`)

const loneSurrogates = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
  .map((units) => `/${String.fromCharCode(...units)}.jpg`)

const anyPath = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .map((text) => `/${encodeURIComponent(text)}_1_1.jpg`),
  percentGarbage,
  loneSurrogates,
)

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('fit', 'blur', 'quality', 'allow_webp', 'proxy', '__proto__', 'constructor'),
  fc.constantFrom('true', 'crop', 'auto', '50'),
)

describe('hostile addresses', () => {
  it('are read or refused with an AppError, never with anything else', () => {
    const seen = new Set<string | undefined>()
    fc.assert(
      fc.property(
        anyPath,
        fc.array(fc.tuple(anyText, anyText), { maxLength: 5 }),
        (path, query) => {
          const code = codeOf(() => parseImageUrl(path, query))
          expect(codes).toContain(code)
          expect(codes).toContain(codeOf(() => parseUploadPath(path)))
          seen.add(code)
        },
      ),
      { numRuns: 3000, seed: 7 },
    )
    expect(seen).toEqual(new Set(codes))
  })

  const fillings = [
    '_',
    '_.',
    '_x',
    '-',
    '1',
    '_1',
    '_1_1',
    '.',
    '%5F',
    '%25',
    ' ',
    '_1x',
    '1e',
    '٧',
  ]
  it.each(fillings)('R6 made of %j up to and beyond every limit simply return', (filling) => {
    for (const length of [300, 301, 1990, 2001, 16_000, 1_000_000]) {
      const path = `/${filling.repeat(Math.ceil(length / filling.length)).slice(0, length)}`
      for (const tail of ['', '.jpg', '_1_1.jpg', '_1_1_1x.jpg', '_1_1_1y.jpg']) {
        expect(codes).toContain(codeOf(() => parseImageUrl(path + tail, [])))
        expect(codes).toContain(codeOf(() => parseUploadPath(path + tail)))
      }
    }
  })

  it('R8 leave no trace on the prototypes of objects', () => {
    const query = [...new URLSearchParams('__proto__[a]=1&constructor[prototype][a]=1&__proto__=1')]
    expect(parseImageUrl('/a_1_1.jpg', query)).toMatchObject({ kind: 'sized' })
    expect('a' in {}).toBe(false)
  })
})
