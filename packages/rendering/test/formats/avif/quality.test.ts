import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { readAvifFacts } from '../../../src/formats/avif/quality.ts'

const photo = { width: 300, height: 200 }

async function withFile<T>(content: Uint8Array, read: (path: string) => T): Promise<T> {
  await using folder = await createTemporaryFolder()
  const path = join(folder.path, 'image')
  await writeFile(path, content)
  return read(path)
}

describe('the headers of an AVIF', () => {
  it('tell a quality that grows with the one that it was written with', async () => {
    const estimates: number[] = []
    for (const quality of [10, 30, 50, 70, 90]) {
      const image = await makePhoto({ ...photo, format: 'avif', quality })
      estimates.push((await withFile(image, readAvifFacts))?.quality ?? 0)
    }
    expect(estimates).toEqual([...new Set(estimates)].toSorted((one, other) => one - other))
    expect(estimates[0]).toBeLessThan(20)
    expect(estimates[4]).toBeGreaterThan(90)
  })

  it.each(['4:2:0', '4:4:4'] as const)(
    'tell of %s, with transparency as well',
    async (chromaSubsampling) => {
      for (const alpha of [false, true]) {
        const image = sharp(await makePhoto({ ...photo, format: 'png', alpha }))
        const avif = await image.avif({ quality: 50, effort: 0, chromaSubsampling }).toBuffer()
        const facts = await withFile(avif, readAvifFacts)
        expect(facts?.hasHalvedColours).toBe(chromaSubsampling === '4:2:0')
        expect(facts?.quality).toBeLessThan(80)
      }
    },
  )

  it('tell nothing of a file that is cut off at any byte of its start, or changed there', async () => {
    const image = await makePhoto({ ...photo, format: 'avif', quality: 50 })
    for (let at = 0; at < 400; at += 7) {
      const changed = Buffer.from(image)
      changed[at] = 255 - (changed[at] ?? 0)
      for (const content of [image.subarray(0, at), changed]) {
        const quality = (await withFile(content, readAvifFacts))?.quality ?? 1
        expect(quality >= 1 && quality <= 100).toBe(true)
      }
    }
  })
})
