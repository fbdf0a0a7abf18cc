import { imageFactsSchema } from '@iaas/common/image-facts'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { imageTags, photoTags } from '../../src/formats/exif/tags.ts'
import { readExif } from '../../src/facts/read-exif.ts'
import { readProfileName } from '../../src/facts/read-profile-name.ts'

const { exif: fields } = imageFactsSchema.shape

type Entry = readonly [tag: number, type: number, count: number, value: number]

/** A TIFF structure of one directory, followed by `data`, which begins at `dataAt(entries)`. */
function makeExif(entries: readonly Entry[], data: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(dataAt(entries))
  head.write('II*\0', 'latin1')
  head.writeUInt32LE(8, 4)
  head.writeUInt16LE(entries.length, 8)
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = 10 + index * 12
    head.writeUInt16LE(tag, at)
    head.writeUInt16LE(type, at + 2)
    head.writeUInt32LE(count, at + 4)
    head.writeUInt32LE(value, at + 8)
  }
  return Buffer.concat([head, data])
}

const dataAt = (entries: readonly Entry[]) => 10 + entries.length * 12 + 4
const make = 0x01_0f
const resolution = 0x01_1a
const photo = 0x87_69

describe('the reader of EXIF', () => {
  it('reads text as UTF-8 or Latin 1, in either byte order, with and without its prefix', () => {
    for (const encoding of ['utf8', 'latin1'] as const) {
      const text = Buffer.from('Söder\0 and more', encoding)
      const block = makeExif([[make, 2, text.length, dataAt([[0, 0, 0, 0]])]], text)
      expect(readExif(block).exif).toEqual({ Make: 'Söder' })
      const prefixed = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block])
      expect(readExif(prefixed).exif).toEqual({ Make: 'Söder' })
    }
  })

  it('T50 never throws, and tells nothing but bounded fields, whatever the block contains', () => {
    const anyBlock = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc
        .array(
          fc.tuple(
            fc.constantFrom(make, resolution, photo, 0x88_25, 0xa4_31, 0x92_7c, 2, 4),
            fc.integer({ min: 0, max: 13 }),
            fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 0xffffffff })),
            fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 0xffffffff })),
          ),
          { maxLength: 20 },
        )
        .chain((entries) =>
          fc.uint8Array({ maxLength: 500 }).map((data) => makeExif(entries, Buffer.from(data))),
        ),
    )
    fc.assert(
      fc.property(anyBlock, (block) => {
        const { exif, privateExif } = readExif(block)
        expect(fields.safeParse(exif).error).toBeUndefined()
        expect(fields.safeParse(privateExif).error).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  it('T50 reads a directory that leads to itself once, and shared values without a copy for each', () => {
    const loop = makeExif([[photo, 4, 1, 8] as const, [0x88_25, 4, 1, 8] as const])
    expect(readExif(loop)).toEqual({ exif: {}, privateExif: {} })
    const many = Array.from({ length: 5000 }, (): Entry => [make, 2, 2_000_000, 60_100])
    const block = makeExif(many, Buffer.alloc(3_000_000, 'a'))
    expect(readExif(block).exif['Make']).toHaveLength(200)
  })

  it('T50 tells less than an answer may hold, however long its texts are', () => {
    const tags = [imageTags, photoTags].map((table) => Object.keys(table).map(Number))
    const [image = [], ofPhoto = []] = tags
    const text = Buffer.from('字'.repeat(5000))
    const second = dataAt([...image, 0].map(() => [0, 0, 0, 0] as const))
    const textAt = second + 2 + ofPhoto.length * 12 + 4
    const toEntry = (tag: number): Entry => [tag, 2, text.length, textAt]
    const photoPart = makeExif(ofPhoto.map(toEntry)).subarray(8)
    const entries: Entry[] = [...image.map(toEntry), [photo, 4, 1, second]]
    const told = readExif(makeExif(entries, Buffer.concat([photoPart, text])))
    expect(Object.keys(told.exif)).toHaveLength(image.length + ofPhoto.length)
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(48 * 1024)
  })

  it('T50 leaves out a number that divides by zero, and fields of too many numbers', () => {
    const data = Buffer.alloc(64)
    data.writeUInt32LE(1, 0)
    const told = (field: (at: number) => Entry) =>
      readExif(makeExif([field(dataAt([[0, 0, 0, 0]]))], data)).exif
    expect(told((at) => [make, 3, 16, at])).toEqual({ Make: [1, ...Array<number>(15).fill(0)] })
    expect(told((at) => [make, 3, 17, at])).toEqual({})
    expect(told((at) => [make, 3, 4_000_000_000, at])).toEqual({})
    expect(told((at) => [resolution, 5, 1, at])).toEqual({})
  })
})

describe('the reader of a profile name', () => {
  it('T50 returns a short printable name or none, whatever the profile contains', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(400),
        fc.nat(400),
        (bytes, at, size) => {
          const icc = Buffer.concat([Buffer.alloc(144), Buffer.from(bytes)])
          icc.writeUInt32BE(1, 128)
          icc.write('desc', 132, 'latin1')
          icc.writeUInt32BE(at, 136)
          icc.writeUInt32BE(size, 140)
          const { profile } = imageFactsSchema.shape
          expect(profile.safeParse(readProfileName(icc)).success).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
})
