import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesOf, withBytes } from '@iaas/rendering/formats/bytes'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'

describe('the bytes of a file', () => {
  it('are those in memory, whatever the window and the order of the reads', async () => {
    await using folder = await createTemporaryFolder()
    const path = join(folder.path, 'file')
    const content = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7) % 251))
    await writeFile(path, content)
    const position = fc.oneof(
      fc.integer({ min: -5, max: 1010 }),
      fc.constantFrom(2 ** 53, Number.NaN),
    )
    const reads = fc.array(fc.tuple(position, fc.integer({ min: -1, max: 1200 })), {
      maxLength: 30,
    })
    const memory = bytesOf(content)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), reads, (window, each) => {
        withBytes(path, window, (file) => {
          expect(file.length).toBe(content.length)
          for (const [at, length] of each) {
            const expected =
              at >= 0 && length > 0 ? content.subarray(at, at + length) : Buffer.alloc(0)
            expect(file.read(at, length)).toEqual(expected)
            expect(memory.read(at, length)).toEqual(expected)
            expect(file.at(at)).toBe(content[at])
            if (at < 0 || Number.isNaN(at)) continue
            expect(file.indexOf(length & 255, at)).toBe(content.indexOf(length & 255, at))
          }
        })
      }),
    )
  })
})
