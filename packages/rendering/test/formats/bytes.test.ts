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
          const held: [Buffer, Buffer][] = []
          for (const [at, length] of each) {
            const expected =
              at >= 0 && length > 0 ? content.subarray(at, at + length) : Buffer.alloc(0)
            held.push([file.read(at, length), expected])
            expect(memory.read(at, length)).toEqual(expected)
            expect(file.at(at)).toBe(content[at])
            const number = at >= 0 && at <= 996 ? content.readUInt32BE(at) : undefined
            expect([file.uint32(at), memory.uint32(at)]).toEqual([number, number])
            if (at < 0 || Number.isNaN(at)) continue
            expect(file.indexOf(length & 255, at)).toBe(content.indexOf(length & 255, at))
          }
          // Later reads leave what was returned as it is.
          for (const [read, expected] of held) expect(read).toEqual(expected)
        })
      }),
    )
  })
})
