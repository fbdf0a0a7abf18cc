import { digestOf } from '@iaas/common/digest'
import type { Spool } from '@iaas/common/ports/spool'
import type { Turn, Turns } from '@iaas/common/ports/turns'
import { describe, expect, it } from '@jest/globals'

const digest = digestOf('a rendition')
const spooled = { bytes: new Uint8Array(100).fill(1), renderedAt: 1_764_000_000_000 }

export type OpenTurns = { readonly turns: Turns; readonly spool: Pick<Spool, 'put' | 'drop'> }

/** What all turns keep to. `open`: new ones, shared with nobody, and the spool beside them. */
export function describeTurns(name: string, open: () => Promise<OpenTurns>): void {
  describe(`${name} keep to the contract of turns`, () => {
    it('let one at a time make a rendition', async () => {
      const { turns } = await open()
      const claims = await Promise.all(Array.from({ length: 20 }, () => turns.claim(digest)))
      expect(claims.filter(({ kind }) => kind === 'turn')).toHaveLength(1)
      expect(claims.filter(({ kind }) => kind === 'taken')).toHaveLength(19)
      await take(turns, digestOf('another rendition'))
    })

    it('let the next one have it once it is over, and tell that it is not the first', async () => {
      const { turns } = await open()
      for (const isFollowUp of [false, true, true]) {
        const turn = await take(turns)
        expect(turn.isFollowUp).toBe(isFollowUp)
        await turn.end(false)
      }
    })

    it('that are ended twice end no turn of another', async () => {
      const { turns } = await open()
      const first = await take(turns)
      await first.end(false)
      await take(turns)
      await first.end(false)
      expect(await turns.claim(digest)).toEqual({ kind: 'taken' })
    })

    it('R25 tell what waits in the spool without its bytes, whoever has the turn', async () => {
      const { turns, spool } = await open()
      await take(turns)
      await spool.put(digest, spooled)
      expect(await turns.claim(digest)).toEqual({ kind: 'spooled' })
    })

    it('that ended with a rendition in the spool are over once it has left that', async () => {
      const { turns, spool } = await open()
      const turn = await take(turns)
      await spool.put(digest, spooled)
      await turn.end(true)
      expect(await turns.claim(digest)).toMatchObject({ kind: 'spooled' })
      await spool.drop(digest)
      expect((await take(turns)).isFollowUp).toBe(true)
    })
  })
}

async function take(turns: Turns, of = digest): Promise<Turn> {
  const claim = await turns.claim(of)
  if (claim.kind !== 'turn') throw new Error(`It is ${claim.kind}.`)
  return claim.turn
}
