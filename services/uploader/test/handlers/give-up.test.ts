import { readdir } from 'node:fs/promises'
import { variantDigest } from '@iaas/common/digest'
import { createDiskSpool } from '@iaas/common/disk/spool'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createGiveUp } from '../../src/handlers/give-up.ts'

const digest = variantDigest(makeVariant())

describe('giving up a rendition', () => {
  it.each([
    ['lets the spool go of it', 1000, undefined],
    ['leaves a later one of its variant', 2000, 2000],
  ])('T40 %s, and reads no image for that', async (_name, renderedAt, left) => {
    await using folder = await createTemporaryFolder()
    const limits = { maxBytes: 2 ** 20, maxItems: 10, maxAgeMs: 60_000 }
    const spool = createDiskSpool({ dir: folder.path, ...limits })
    await spool.put(digest, { bytes: new Uint8Array(5000), renderedAt })
    const get = () => Promise.reject(new Error('The image was read.'))
    await createGiveUp({ spool: { ...spool, get } as typeof spool })({ digest, renderedAt: 1000 })
    expect(await spool.renderedAt(digest)).toBe(left)
    const names = await readdir(folder.path)
    expect(names.includes(digest)).toBe(left !== undefined)
  })
})
