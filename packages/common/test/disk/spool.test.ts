import { readFile, readdir, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DiskSpoolOptions, createDiskSpool } from '@iaas/common/disk/spool'
import { variantDigest } from '@iaas/common/digest'
import { describeSpool } from '@iaas/testing/contracts/spool'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

describeSpool('the fake spool', async (limits) => {
  const entries = new Map()
  const open = () => createFakeSpool({ ...limits, entries })
  return { spool: open(), reopen: open, async [Symbol.asyncDispose]() {} }
})

describeSpool('the disk spool', async (limits) => {
  const folder = await createTemporaryFolder()
  const dir = join(folder.path, 'spool')
  const open = () => createDiskSpool({ dir, ...limits, maxAgeMs: 60_000 })
  const dispose = () => folder[Symbol.asyncDispose]()
  return { spool: open(), reopen: open, [Symbol.asyncDispose]: dispose }
})

const newDigest = () => variantDigest(makeVariant())
const spooled = { bytes: new Uint8Array(100).fill(1), renderedAt: 1_764_000_000_000 }

async function withSpool(
  work: (
    dir: string,
    open: (part?: Partial<DiskSpoolOptions>) => ReturnType<typeof createDiskSpool>,
  ) => Promise<void>,
): Promise<void> {
  await using folder = await createTemporaryFolder()
  const limits = { maxItems: 2, maxBytes: 10_000, maxAgeMs: 60_000 }
  await work(folder.path, (part) => createDiskSpool({ dir: folder.path, ...limits, ...part }))
}

describe('the disk spool', () => {
  it('takes an entry that is cut off or changed for lost', () =>
    withSpool(async (dir, open) => {
      const spool = open()
      const [cut, changed, empty] = [newDigest(), newDigest(), newDigest()] as const
      await spool.put(cut, spooled)
      await spool.put(changed, spooled)
      await truncate(join(dir, cut), 50)
      const file = await readFile(join(dir, changed))
      await writeFile(join(dir, changed), file.fill(0, 60, 61))
      await writeFile(join(dir, empty), '')
      for (const digest of [cut, changed, empty]) expect(await spool.get(digest)).toBeUndefined()
    }))

  it('sweeps old entries, which makes room', () =>
    withSpool(async (dir, open) => {
      const [first, second, third] = [newDigest(), newDigest(), newDigest()] as const
      const before = open()
      await before.put(first, spooled)
      await before.put(second, spooled)
      await utimes(join(dir, first), 1, 1)
      await open().put(third, spooled)
      expect(await before.get(first)).toBeUndefined()
      expect(await before.get(second)).toBeDefined()
      expect(await before.get(third)).toBeDefined()
    }))

  it('leaves no temporary file behind', () =>
    withSpool(async (dir, open) => {
      await open().put(newDigest(), spooled)
      expect(await readdir(join(dir, '.incoming'))).toEqual([])
    }))

  it('counts neither its temporary files nor an entry that it refused', () =>
    withSpool(async (_dir, open) => {
      const spool = open({ maxBytes: 300 })
      await spool.put(newDigest(), spooled)
      const large = { ...spooled, bytes: new Uint8Array(1000) }
      await expect(spool.put(newDigest(), large)).rejects.toMatchObject({ code: 'SPOOL_FULL' })
      await spool.put(newDigest(), spooled)
    }))
})
