import { beforeAll, describe, expect, it } from '@jest/globals'
import { stripJpeg } from '@iaas/rendering/formats/jpeg/strip'
import { stripPng } from '@iaas/rendering/formats/png/strip'
import { stripWebp } from '@iaas/rendering/formats/webp/strip'
import { makePhotoWithMetadata } from '@iaas/testing/images/with-metadata'
import fc from 'fast-check'

type Strip = (...args: Parameters<typeof stripJpeg>) => Buffer | undefined

const join =
  (strip: typeof stripJpeg): Strip =>
  (file, orientation) => {
    const pieces = strip(file, orientation)
    return pieces && Buffer.concat(pieces)
  }
const strips = { jpeg: join(stripJpeg), png: join(stripPng), webp: join(stripWebp) } as const
const formats = ['jpeg', 'png', 'webp'] as const

describe.each(formats)('the removal of metadata from %s', (format) => {
  const strip = strips[format]
  let image: Buffer
  beforeAll(async () => {
    image = await makePhotoWithMetadata({ format, orientation: 6, progressive: true })
  })

  it('changes nothing when it is done again', () => {
    const once = strip(image, 6)
    expect(once).toBeDefined()
    expect(once?.length).toBeLessThan(image.length)
    expect(once !== undefined && strip(once, 6)?.equals(once)).toBe(true)
  })

  it('tells of a file that ends before its image does', () => {
    const whole = strip(image, 1) ?? image
    for (let length = 0; length < whole.length - 1; length += 7) {
      expect(strip(whole.subarray(0, length), 1)).toBeUndefined()
    }
  })

  it('never throws, whatever it is given, and adds nothing but an orientation', () => {
    const damage = fc.array(fc.tuple(fc.nat(image.length - 1), fc.nat(255)), { maxLength: 8 })
    const damaged = damage.map((changes) => {
      const bytes = Buffer.from(image)
      for (const [at, value] of changes) bytes[at] = value
      return bytes
    })
    const nonsense = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
    const headed = nonsense.map((bytes) => Buffer.concat([image.subarray(0, 40), bytes]))
    fc.assert(
      fc.property(fc.oneof(damaged, headed, nonsense), (file) => {
        const stripped = strip(file, 6)
        expect(stripped === undefined || stripped.length <= file.length + 40).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

it('the removal of metadata from a WebP without room for an orientation leaves it to be encoded anew', () => {
  const simple = Buffer.from('RIFF\u000c\0\0\0WEBPVP8 \0\0\0\0', 'latin1')
  expect(strips.webp(simple, 1)?.equals(simple)).toBe(true)
  expect(strips.webp(simple, 6)).toBeUndefined()
})
