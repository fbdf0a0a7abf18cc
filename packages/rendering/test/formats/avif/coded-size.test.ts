import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeClappedAvif } from '@iaas/testing/images/clapped-avif'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { readCodedSize } from '../../../src/formats/heif/coded-size.ts'
import { inspectFile } from '../../../src/formats/inspect.ts'
import { estimateMemory } from '../../../src/formats/cost.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let clapped: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  clapped = join(folder.path, 'clapped')
  await writeFile(clapped, await makeClappedAvif(400))
})
afterAll(async () => folder[Symbol.asyncDispose]())

describe('an AVIF that shows a small part of itself', () => {
  it('is as large as what is decoded of it', async () => {
    expect(await sharp(clapped).metadata()).toMatchObject({ width: 16, height: 16 })
    expect(readCodedSize(clapped)).toEqual({ width: 400, height: 400 })
    await expect(inspectFile(clapped, 150_000)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
  })

  it('takes the memory of what is decoded', async () => {
    const source = await inspectFile(clapped, 160_000)
    expect(source).toMatchObject({ size: { width: 16, height: 16 }, pixels: 160_000 })
    const least = estimateMemory({ ...source, pixels: 16 * 16 }, undefined)
    expect(estimateMemory(source, undefined) - least).toBe(25 * (160_000 - 16 * 16))
  })
})

describe('any other AVIF', () => {
  it('is as large as it is shown', async () => {
    const path = join(folder.path, 'plain')
    await writeFile(path, await makePhoto({ width: 61, height: 40, format: 'avif' }))
    expect(readCodedSize(path)).toEqual({ width: 61, height: 40 })
    expect(await inspectFile(path, 61 * 40)).toMatchObject({ pixels: 61 * 40 })
  })

  it('is none where its file says nothing of what is in it', async () => {
    const path = join(folder.path, 'broken')
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('\0\0\0\u0010ftypavif\0\0\0\0'),
      Buffer.alloc(64),
    ]) {
      await writeFile(path, bytes)
      expect(readCodedSize(path)).toBeUndefined()
    }
  })
})
