import { describe, expect, it } from '@jest/globals'
import { makeIptc, makeXmp } from '@iaas/testing/images/with-copyright'
import fc from 'fast-check'
import { readCopyright } from '../../../src/formats/copyright/read-copyright.ts'
import {
  makeCopyrightExif,
  makeCopyrightXmp,
} from '../../../src/formats/copyright/write-copyright.ts'

const xmp = (creators: readonly string[], rights?: string) =>
  Buffer.from(makeXmp({ creators, ...(rights === undefined ? {} : { rights }) }))
const iptc = makeIptc({ creators: ['By', 'Line'], rights: 'Notice' })
const exif = makeCopyrightExif({ creators: ['Artist'], rights: 'Copyright' })

describe('the reader of copyrights', () => {
  it('takes creator and rights from XMP, or else from EXIF, or else from IPTC', () => {
    expect(readCopyright({ xmp: xmp(['A', 'B'], 'R'), exif, iptc })).toEqual({
      creators: ['A', 'B'],
      rights: 'R',
    })
    const mixed = Buffer.from(makeCopyrightXmp({ creators: ['A'] }))
    expect(readCopyright({ xmp: mixed, exif, iptc })).toEqual({
      creators: ['A'],
      rights: 'Copyright',
    })
    expect(readCopyright({ iptc })).toEqual({ creators: ['By', 'Line'], rights: 'Notice' })
    expect(readCopyright({ iptc: iptc.subarray(iptc.indexOf(0x1c)) })).toMatchObject({
      rights: 'Notice',
    })
    expect(readCopyright({})).toBeUndefined()
  })

  it('reads back what it writes', () => {
    const printable = fc
      .string({ minLength: 1, maxLength: 100, unit: 'grapheme' })
      .map((text) => text.replace(/[\p{C};]+/gu, '').trim())
      .filter((text) => text !== '' && text.isWellFormed())
    const one = fc.record({ creators: fc.array(printable, { maxLength: 3 }), rights: printable })
    fc.assert(
      fc.property(one, (copyright) => {
        const written = Buffer.from(makeCopyrightXmp(copyright))
        expect(readCopyright({ xmp: written })).toEqual(copyright)
        const { creators, rights } = copyright
        const artist = creators.length === 0 ? [] : [creators.join('; ')]
        expect(readCopyright({ exif: makeCopyrightExif(copyright) })).toEqual({
          creators: artist,
          rights,
        })
      }),
    )
  })

  it('T59 reads damaged blocks without an error, and only bounded, printable texts', () => {
    const whole = [xmp(['A & B'.repeat(400)], 'R'), exif, iptc]
    const spoilt = fc.record({
      blocks: fc.constant(whole),
      at: fc.nat(2000),
      byte: fc.nat(255),
      cut: fc.nat(2000),
    })
    const damaged = ({ at, byte, cut }: { at: number; byte: number; cut: number }) =>
      whole.map((block) => {
        const copy = Buffer.from(block.subarray(0, Math.max(1, block.length - cut)))
        copy[at % copy.length] = byte
        return copy
      })
    fc.assert(
      fc.property(spoilt, (damage) => {
        const [a, b, c] = damaged(damage)
        for (const block of [{ xmp: a }, { exif: b }, { iptc: c }, { xmp: c, exif: a, iptc: b }]) {
          const { creators = [], rights = '' } = readCopyright(block) ?? {}
          for (const text of [...creators, rights]) {
            expect(text).toMatch(/^\P{C}*$/u)
            expect(text.length).toBeLessThanOrEqual(1000)
          }
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('T59 does not read a packet of more than a mebibyte', () => {
    const packet = xmp(['A'], 'R')
    const padding = (bytes: number) => Buffer.alloc(bytes - packet.length, ' ')
    const padded = (bytes: number) => ({ xmp: Buffer.concat([packet, padding(bytes)]) })
    expect(readCopyright(padded(2 ** 20))).toEqual({ creators: ['A'], rights: 'R' })
    expect(readCopyright(padded(2 ** 20 + 1))).toBeUndefined()
  })
})
