import { describe, expect, it } from '@jest/globals'
import { bytesOf } from '@iaas/rendering/formats/bytes'
import { markers, walkSegments } from '@iaas/rendering/formats/jpeg/segments'
import { readTables, zigzag } from '@iaas/rendering/formats/jpeg/tables'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import fc from 'fast-check'
import { endOfImage, makeSegment, makeTable, scan, startOfImage } from './make-jpeg.ts'

function scanFile(bytes: readonly number[] | Uint8Array) {
  const file = bytesOf(Buffer.from(bytes))
  const segments = [...walkSegments(file)]
  const scans = segments.filter(({ marker, isWhole }) => marker === markers.scan && isWhole).length
  return { segments, tables: readTables(file), scans }
}

describe('the scan of the segments of a JPEG', () => {
  it('puts the coefficients of a table into natural order', () => {
    const zigzagged = Array.from({ length: 64 }, (_, index) => index)
    const { tables } = scanFile([...startOfImage, ...makeSegment(0xdb, [0, ...zigzagged])])
    expect(tables.get(0)?.slice(0, 9)).toEqual([0, 1, 5, 6, 14, 15, 27, 28, 2])
    expect(tables.get(0)?.[63]).toBe(63)
    expect(zigzag.toSorted((one, other) => one - other)).toEqual(zigzagged)
  })

  it('reads several tables of one segment, of 8 and of 16 bits', () => {
    const content = [...makeTable(0, 7), ...makeTable(1, 300, 16), ...makeTable(2, 9)]
    const { tables } = scanFile([...startOfImage, ...makeSegment(0xdb, content)])
    expect([0, 1, 2].map((number) => tables.get(number)?.[40])).toEqual([7, 300, 9])
  })

  it('takes the last definition of a table before the first scan', () => {
    const [first, second, third] = [1, 2, 3].map((value) => makeSegment(0xdb, makeTable(0, value)))
    const { tables } = scanFile([...startOfImage, ...first!, ...second!, ...scan, ...third!])
    expect(tables.get(0)?.[0]).toBe(2)
  })

  it('leaves out a table that is cut off or has no such number', () => {
    const short = makeSegment(0xdb, makeTable(0, 5).slice(0, 60))
    const strange = makeSegment(0xdb, makeTable(4, 5))
    expect(scanFile([...startOfImage, ...short, ...strange, ...scan]).tables.size).toBe(0)
  })

  it('passes over fill bytes, stuffed bytes, restart markers and what looks like a scan in a comment', () => {
    const comment = makeSegment(0xfe, [...scan, ...scan])
    const fill = [0xff, 0xff, 0xff]
    const file = [...startOfImage, ...comment, ...fill, ...scan, ...fill, ...scan, ...endOfImage]
    expect(scanFile(file).scans).toBe(2)
  })

  it.each([0x02, 0x40, 0xbf])(
    'is not led past scans by a marker that means nothing (%i), which decoders read on behind',
    (marker) => {
      const file = [...startOfImage, ...scan, 0xff, marker, 0xff, 0xff, ...scan, ...scan]
      expect(scanFile(file).scans).toBe(3)
    },
  )

  it('ends with the image', () => {
    expect(scanFile([...startOfImage, ...scan, ...endOfImage, ...scan]).scans).toBe(1)
  })

  it('counts the scans of real files', async () => {
    const photo = { width: 64, height: 64, format: 'jpeg' } as const
    expect(scanFile(await makePhoto(photo)).scans).toBe(1)
    expect(scanFile(await makePhoto({ ...photo, progressive: true })).scans).toBeGreaterThan(5)
    expect(scanFile(makeScanBomb(64, 64, 2647)).scans).toBe(2647)
  })

  it('makes something of any bytes, and never more scans than they have markers', () => {
    const bytes = fc.array(fc.oneof(fc.constantFrom(0xff, 0xda, 0xdb, 0, 2), fc.nat(255)), {
      maxLength: 400,
    })
    fc.assert(
      fc.property(bytes, (file) => {
        const { scans, tables, segments } = scanFile([...startOfImage, ...file])
        expect(scans).toBeLessThanOrEqual(file.filter((byte) => byte === 0xda).length)
        for (const table of tables.values()) expect(table).toHaveLength(64)
        for (const [index, { start, end }] of segments.entries()) {
          expect(end).toBeGreaterThan(start)
          expect(start).toBeGreaterThanOrEqual(segments[index - 1]?.end ?? 2)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
