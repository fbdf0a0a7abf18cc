import { digestOf } from '@iaas/common/digest'
import type { Spool } from '@iaas/common/ports/spool'
import type { RenderLease, RenderLeases } from '@iaas/common/ports/render-leases'
import { describe, expect, it } from '@jest/globals'

const digest = digestOf('a rendition')
const spooled = { bytes: new Uint8Array(100).fill(1), renderedAt: 1_764_000_000_000 }

export type OpenRenderLeases = {
  readonly leases: RenderLeases
  readonly spool: Pick<Spool, 'put' | 'drop'>
}

/** Contract of every implementation. `open` returns new, unshared leases and the spool beside them. */
export function describeRenderLeases(name: string, open: () => Promise<OpenRenderLeases>): void {
  describe(`${name} keep to the contract of leases`, () => {
    it('let one at a time make a rendition', async () => {
      const { leases } = await open()
      const claims = await Promise.all(Array.from({ length: 20 }, () => leases.claim(digest)))
      expect(claims.filter(({ kind }) => kind === 'lease')).toHaveLength(1)
      expect(claims.filter(({ kind }) => kind === 'taken')).toHaveLength(19)
      await take(leases, digestOf('another rendition'))
    })

    it('let the next one have it once it is over, and tell that it is not the first', async () => {
      const { leases } = await open()
      for (const isFollowUp of [false, true, true]) {
        const lease = await take(leases)
        expect(lease.isFollowUp).toBe(isFollowUp)
        await lease.end(false)
      }
    })

    it('that are ended twice end no lease of another', async () => {
      const { leases } = await open()
      const first = await take(leases)
      await first.end(false)
      await take(leases)
      await first.end(false)
      expect(await leases.claim(digest)).toEqual({ kind: 'taken' })
    })

    it('R25 tell what waits in the spool without its bytes, whoever has the lease', async () => {
      const { leases, spool } = await open()
      await take(leases)
      await spool.put(digest, spooled)
      expect(await leases.claim(digest)).toEqual({ kind: 'spooled' })
    })

    it('that ended with a rendition in the spool are over once it has left that', async () => {
      const { leases, spool } = await open()
      const lease = await take(leases)
      await spool.put(digest, spooled)
      await lease.end(true)
      expect(await leases.claim(digest)).toMatchObject({ kind: 'spooled' })
      await spool.drop(digest)
      expect((await take(leases)).isFollowUp).toBe(true)
    })
  })
}

async function take(leases: RenderLeases, of = digest): Promise<RenderLease> {
  const claim = await leases.claim(of)
  if (claim.kind !== 'lease') throw new Error(`It is ${claim.kind}.`)
  return claim.lease
}
