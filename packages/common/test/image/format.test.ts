import {
  findFormat,
  formats,
  originalFormats,
  parseImageUrl,
  sniffFormat,
  variantFormats,
} from '@iaas/common/image'
import { makeSample } from '@iaas/testing/images/make-sample'
import { makePolyglot, strangers } from '@iaas/testing/images/strangers'
import { describe, expect, it } from '@jest/globals'

describe('findFormat', () => {
  it.each([
    ['jpg', 'jpg'],
    ['jpeg', 'jpg'],
    ['jfif', 'jpg'],
    ['jpe', 'jpg'],
    ['png', 'png'],
    ['webp', 'webp'],
    ['avif', 'avif'],
    ['gif', 'gif'],
    ['auto', 'auto'],
  ])('takes %s in any letter case for the format %s', (extension, format) => {
    for (const spelling of [
      extension,
      extension.toUpperCase(),
      extension[0]!.toUpperCase() + extension.slice(1),
    ]) {
      expect(findFormat(spelling)).toBe(format)
      expect(parseImageUrl(`/a_1_1.${spelling}`, [])).toMatchObject({ format })
    }
  })

  it.each(['', 'tiff', 'svg', 'jpg ', '.jpg', 'toString', '__proto__'])(
    'does not know %j',
    (extension) => {
      expect(findFormat(extension)).toBeUndefined()
    },
  )

  it('finds every format by each of its extensions', () => {
    for (const format of variantFormats) {
      for (const extension of formats[format].extensions) {
        expect(findFormat(extension)).toBe(format)
      }
    }
  })
})

describe('sniffFormat', () => {
  it.each(originalFormats)('knows a %s by its content', async (format) => {
    const photo = await makeSample(format)
    expect(sniffFormat(photo)).toBe(format)
    expect(sniffFormat(makePolyglot(photo))).toBe(format)
  })

  const others = Object.entries(strangers).filter(([name]) => !name.includes('SVG'))
  it.each(others)('does not take %s for an image', (_, text) => {
    expect(sniffFormat(Buffer.from(text, 'latin1'))).toBeUndefined()
  })
})
