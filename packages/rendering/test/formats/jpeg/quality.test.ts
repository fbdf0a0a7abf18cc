import { describe, expect, it } from '@jest/globals'
import { bytesOf } from '@iaas/rendering/formats/bytes'
import { estimateQuality } from '@iaas/rendering/formats/jpeg/quality'
import { type Tables, readTables } from '@iaas/rendering/formats/jpeg/tables'
import { makePhoto } from '@iaas/testing/images/make-photo'
import fc from 'fast-check'

const factsOf = (...tables: readonly (readonly number[])[]): Tables => new Map(tables.entries())
const qualities = new Set(Array.from({ length: 100 }, (_, index) => index + 1))
const flat = (value: number) => Array.from({ length: 64 }, () => value)

const readFacts = (jpeg: Uint8Array) => readTables(bytesOf(Buffer.from(jpeg)))

describe('the estimate of the quality of a JPEG', () => {
  it('is the quality that a file was written with', async () => {
    const photo = { width: 16, height: 16, format: 'jpeg' } as const
    for (let quality = 1; quality <= 100; quality += 1) {
      const [colour, grey] = await Promise.all([
        makePhoto({ ...photo, quality }),
        makePhoto({ ...photo, quality, grey: true, progressive: true }),
      ])
      expect([estimateQuality(readFacts(colour)), estimateQuality(readFacts(grey))]).toEqual([
        quality,
        quality,
      ])
    }
  })

  it('is unknown where there are no tables, or tables of no known scale', () => {
    expect(estimateQuality(factsOf())).toBeUndefined()
    expect(estimateQuality(factsOf(flat(100)))).toBeUndefined()
  })

  it('is 100 for tables of ones', () => {
    expect(estimateQuality(factsOf(flat(1), flat(1)))).toBe(100)
    expect(estimateQuality(factsOf(flat(1)))).toBe(100)
  })

  it('is a quality that encoders have, for any tables', () => {
    const table = fc.array(fc.nat(65_535), { minLength: 64, maxLength: 64 })
    fc.assert(
      fc.property(fc.array(table, { maxLength: 4 }), (tables) => {
        const quality = estimateQuality(factsOf(...tables))
        expect(quality === undefined || qualities.has(quality)).toBe(true)
      }),
    )
  })
})
