import { setImmediate } from 'node:timers/promises'
import { type Digest, variantDigest } from '@iaas/common/digest'
import { createDiskSpool } from '@iaas/common/disk/spool'
import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { Spooled } from '@iaas/common/ports/spool'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createReadSpool } from '../../src/renditions/read-spool.ts'
import { createRig, plainVariant } from '../_rig.ts'

const large = 12 * 2 ** 20
const busy = { code: 'RENDERER_BUSY' }

/** A spool whose reads end when the test says so. */
function createHeldSpool(count: number) {
  const entries = new Map<Digest, Spooled>()
  for (let item = 0; item < count; item += 1) {
    entries.set(variantDigest(makeVariant()), { bytes: new Uint8Array(1000), renderedAt: 1 })
  }
  const spool = createFakeSpool({ entries })
  const held: (() => void)[] = []
  const get = async (digest: Digest) => {
    await new Promise<void>((resolve) => held.push(resolve))
    return spool.get(digest)
  }
  return { spool: { ...spool, get }, held, digests: [...entries.keys()] }
}

describe('renditions that wait in the spool', () => {
  it('R25 are read once for a crowd, and not again while an answer holds them', async () => {
    const entry = { bytes: new Uint8Array(large), renderedAt: 1_700_000_000_000 }
    const entries = new Map([[variantDigest(plainVariant(parseImageId('photo'))), entry]])
    await using rig = await createRig({ entries })
    const spool = { ...rig.spool }
    let reads = 0
    rig.spool.get = async (digest) => {
      reads += 1
      const spooled = await spool.get(digest)
      return spooled && { ...spooled, bytes: spooled.bytes.slice() }
    }
    const crowd = await Promise.all(Array.from({ length: 100 }, () => rig.serve()))
    await rig.drain()
    for (let later = 0; later < 10; later += 1) {
      await setImmediate()
      crowd.push(await rig.serve())
    }
    expect(reads).toBe(1)
    const copies = crowd.map((reply) => (reply.kind === 'image' ? reply.bytes : undefined))
    expect(new Set(copies).size).toBe(1)
    expect(copies[0]).toHaveLength(large)
  })

  it('R25 are read no more at once than there is room for', async () => {
    const { spool, held, digests } = createHeldSpool(10)
    const readSpool = createReadSpool({ spool, maxBytes: 3500, maxWaitMs: 60_000 })
    const reads = digests.map((digest) => readSpool(digest))
    for (let read = 0; read < digests.length; read += 1) {
      await setImmediate()
      expect(held).toHaveLength(Math.min(digests.length, read + 3))
      held[read]?.()
    }
    expect((await Promise.all(reads)).map((spooled) => spooled?.bytes.length)).toEqual(
      digests.map(() => 1000),
    )
  })

  it('R25 are refused when there is no room for too long', async () => {
    const { spool, held, digests } = createHeldSpool(2)
    const readSpool = createReadSpool({ spool, maxBytes: 1500, maxWaitMs: 1 })
    const [first, second] = digests.map((digest) => readSpool(digest))
    const refused = second?.catch((error: unknown) => error)
    await setImmediate()
    expect(held).toHaveLength(1)
    expect(await refused).toMatchObject(busy)
    held[0]?.()
    expect(await first).toBeDefined()
  })

  it('are read although one alone is larger than the room', async () => {
    await using folder = await createTemporaryFolder()
    const limits = { maxItems: 2, maxBytes: 2 * large, maxAgeMs: 60_000 }
    const spool = createDiskSpool({ dir: folder.path, ...limits })
    const digest = variantDigest(makeVariant())
    await spool.put(digest, { bytes: new Uint8Array(large), renderedAt: 1 })
    const readSpool = createReadSpool({ spool, maxBytes: 1000, maxWaitMs: 60_000 })
    expect((await readSpool(digest))?.bytes).toHaveLength(large)
  })

  it('R25 that find no room are refused and not rendered', async () => {
    await using rig = await createRig()
    rig.spool.size = () => Promise.reject(new AppError('RENDERER_BUSY', 'Full.'))
    await expect(rig.serve()).rejects.toMatchObject(busy)
    expect(rig.renderer.jobs).toEqual([])
  })
})
