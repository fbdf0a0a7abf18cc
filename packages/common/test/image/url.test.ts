import {
  formatImageUrl,
  formatUploadPath,
  maxPathLength,
  parseImageId,
  parseImageUrl,
  parseUploadPath,
  variantExtensions,
} from '@iaas/common/image'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyId, anyRequest } from './_arbitraries.ts'
import { codeOf, refusalOf } from './_refusals.ts'

function parse(url: string) {
  const [path = '', query = ''] = url.split('?')
  return parseImageUrl(path, new URLSearchParams(query))
}

describe('parseImageUrl', () => {
  it('R7 is the inverse of formatImageUrl for every valid request', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(parse(formatImageUrl(request))).toEqual(request)
      }),
      { numRuns: 1000 },
    )
  })

  it('reads an address without a size as the original of that id', () => {
    const extensions = variantExtensions
    fc.assert(
      fc.property(anyId, fc.constantFrom(...extensions), (id, extension) => {
        const path = `/${encodeURIComponent(id)}.${extension}`
        expect(parse(path)).toEqual({ kind: 'original', id })
      }),
    )
  })

  it.each([
    ['/my_image_100_80.png', 'my_image', 100, 80, 1],
    ['/a_100_80_2x.png', 'a', 100, 80, 2],
    ['/a_100_0.png', 'a', 100, 0, 1],
    ['/a_0_80_2x.png', 'a', 0, 80, 2],
    ['/a_100_80_13x.png', 'a', 100, 80, 13],
    ['/a_100_80_1x.png', 'a', 100, 80, 1],
    ['/a_7_8_9.png', 'a_7', 8, 9, 1],
    ['/7_8_9_10x.png', '7', 8, 9, 10],
    ['/a_5_100_80_2x.png', 'a_5', 100, 80, 2],
    ['/a.jpg_1_1.png', 'a.jpg', 1, 1, 1],
    ['/a___1_1.png', 'a__', 1, 1, 1],
    ['/caf%C3%A9%20au%20lait_999999999_1.png', 'café au lait', 999_999_999, 1, 1],
    ['/50%2525_1_1.png', '50%25', 1, 1, 1],
    ['/a%5f1%5F1%2Epng', 'a', 1, 1, 1],
  ])('R7 reads %s as the image %j in %d x %d px, scale %d', (path, id, width, height, scale) => {
    expect(parse(path)).toMatchObject({ kind: 'sized', id, width, height, scale, format: 'png' })
  })

  const badSizes = ['-0', '-1', '1e3', '0x10', '00100', '+5', '1.5', ' 75', '٧٥', '2147483648']
  const badBoxes = [...badSizes, '9007199254740993', '9'.repeat(400)].flatMap((side) => [
    [`${side}_100`, /width/] as const,
    [`100_${side}`, /height/] as const,
  ])
  it.each(badBoxes)('R9 refuses the box %s and names the side at fault', (box, side) => {
    const error = refusalOf(() => parse(`/a_${encodeURIComponent(box)}.jpg`))
    expect(error?.code).toBe('INVALID_IMAGE_URL')
    expect(error?.message).toMatch(side)
    expect(error?.message.length).toBeLessThan(200)
  })

  const badScales = ['0x', '00x', '01x', '100x', '999999x', '-2x', '1.5x', '+2x', ' 2x', '2X', '٢x']
  it.each([...badScales, `${'9'.repeat(400)}x`])('R9 refuses the scale %s', (scale) => {
    const error = refusalOf(() => parse(`/a_100_100_${encodeURIComponent(scale)}.jpg`))
    expect(error?.code).toBe('INVALID_IMAGE_URL')
    expect(error?.message).toMatch(/scale/)
    expect(error?.message.length).toBeLessThan(200)
  })

  it.each(['/a.heic', '/a.HEIF', '/a.tif'])(
    'reads %j as an original, whose format has no variants',
    (path) => {
      expect(parseImageUrl(path, [])).toEqual({ kind: 'original', id: 'a' })
      const sized = refusalOf(() => parseImageUrl(path.replace('.', '_10_10.'), []))
      expect(sized?.code).toBe('INVALID_IMAGE_URL')
    },
  )

  it.each([
    '/a',
    '/a_1_1',
    '/a.bmp',
    '/a.jpg.',
    '/a_1_1.jpg%20',
    '/a.jp',
    '/a.jpgg',
    '/',
    '',
    '/a.ｊｐｇ',
  ])('refuses %j, which has no known format', (path) => {
    const error = refusalOf(() => parseImageUrl(path, []))
    expect([error?.code, error?.message]).toEqual([
      'INVALID_IMAGE_URL',
      expect.stringMatching(/\.png/),
    ])
  })

  it.each(['/%', '/%zz.jpg', '/%C0%AE.jpg', '/%E9.jpg', '/a%.jpg', '/%ED%A0%80.jpg'])(
    'R1 refuses %s, which is not percent-encoded UTF-8',
    (path) => {
      expect(refusalOf(() => parseImageUrl(path, []))?.message).toMatch(/percent-encoded/)
    },
  )

  it.each([
    '/..%2f..%2fetc%2fpasswd.jpg',
    '/%2e%2e/a.jpg',
    '/..%5ca.jpg',
    '//evil.example/a_1_1.jpg',
    '/%2f%2fevil.example_1_1.jpg',
    '/a%00b.jpg',
    '/a%0d%0aSet-Cookie:b_1_1.jpg',
    '/_100_100.jpg',
    '/_100_100_2x.jpg',
    '/.jpg',
    '/_health.jpg',
    '/token_1_1.jpg',
  ])('refuses %s for its id', (path) => {
    expect(codeOf(() => parseImageUrl(path, []))).toBe('INVALID_ID')
  })

  it('decodes once: what decodes to an encoded climb is a name like any other', () => {
    expect(parse('/%252e%252e%252fa.jpg')).toEqual({ kind: 'original', id: '%2e%2e%2fa' })
  })

  it('does not look at the options of an original', () => {
    expect(parse('/a.jpg?quality=much&fit=no')).toEqual({ kind: 'original', id: 'a' })
    const named = { kind: 'original', id: 'a', download: 'b' }
    expect(
      parseImageUrl('/a.jpg', [
        ['download', 'b'],
        ['fit', 'no'],
      ]),
    ).toEqual(named)
  })

  it('refuses a bad option of a sized request', () => {
    expect(codeOf(() => parse('/a_1_1.jpg?quality=much'))).toBe('INVALID_OPTION')
  })

  it('R5 reads a path of the longest length and refuses one character more', () => {
    const longest = `/${'a'.repeat(maxPathLength - '/_1_1.jpg'.length)}_1_1.jpg`
    expect(longest).toHaveLength(2000)
    expect(codeOf(() => parse(longest))).toBe('INVALID_ID')
    const error = refusalOf(() => parse(`/${longest}`))
    expect([error?.code, error?.message]).toEqual([
      'INVALID_IMAGE_URL',
      expect.stringMatching(/2000/),
    ])
  })
})

describe('parseUploadPath', () => {
  it('reads the id without the format first, and then with it', () => {
    const suffixes = variantExtensions.flatMap((extension) => [
      `.${extension}`,
      `.${extension.toUpperCase()}`,
    ])
    fc.assert(
      fc.property(anyId, fc.constantFrom(...suffixes), (id, suffix) => {
        const [first, second] = parseUploadPath(`/${encodeURIComponent(id)}${suffix}`)
        expect(first).toBe(id)
        expect([undefined, `${id}${suffix}`.normalize('NFC')]).toContain(second)
      }),
    )
    expect(parseUploadPath('/my%20image')).toEqual(['my image'])
    expect(parseUploadPath('/archive.2024')).toEqual(['archive.2024'])
    expect(parseUploadPath('/photo.gif')).toEqual(['photo', 'photo.gif'])
    expect(parseUploadPath('/photo.avif')).toEqual(['photo', 'photo.avif'])
  })

  it('reads only the whole name if the rest is not an id', () => {
    expect(parseUploadPath('/a_100_100.jpg')).toEqual(['a_100_100.jpg'])
    expect(parseUploadPath('/token.avif')).toEqual(['token.avif'])
  })

  it.each(['/a_100_100', '/a_100_100_2x', '/.jpg', '/', '/a/b.jpg', '/token'])(
    'refuses %s',
    (path) => {
      expect(codeOf(() => parseUploadPath(path))).toBe('INVALID_ID')
    },
  )
})

describe('formatUploadPath', () => {
  it('R7 is the inverse of parseUploadPath for every id, also for one that ends like a format', () => {
    const endings = fc.constantFrom('', '.jpg', '.PNG', '.jpg.jpg', '.webp', '.jpeg', '.gif')
    fc.assert(
      fc.property(anyId, endings, (id, ending) => {
        const whole = parseImageId(`${id}x${ending}`)
        expect(parseUploadPath(formatUploadPath(whole))[0]).toBe(whole)
      }),
    )
  })

  it.each([
    ['hello', '/hello'],
    ['photo-77.jpg', '/photo-77.jpg.jpg'],
    ['a b', '/a%20b'],
    ["it's", '/it%27s'],
    ['archive.2024', '/archive.2024'],
    ['jpg', '/jpg'],
  ])('writes %s as %s', (id, path) => {
    expect(formatUploadPath(parseImageId(id))).toBe(path)
  })
})

describe('formatImageUrl', () => {
  it('begins with a single slash and has only characters that need no encoding', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(formatImageUrl(request)).toMatch(/^\/[\w.~!*'()%-]+(?:\?[\w=&,.%~!*'()-]+)?$/)
      }),
    )
  })
})
