import { digestOf } from '@iaas/common/digest'
import type { Turns } from '@iaas/common/ports/turns'
import { describe, expect, it } from '@jest/globals'

const work = digestOf('a piece of work')

/** What all turns keep to. `open`: new ones, shared with nobody. */
export function describeTurns(name: string, open: () => Promise<Turns>): void {
  describe(`${name} keep to the contract of turns`, () => {
    it('let one at a time have a piece of work', async () => {
      const turns = await open()
      const taken = await Promise.all(Array.from({ length: 20 }, () => turns.tryTake(work)))
      expect(taken.filter((turn) => turn !== undefined)).toHaveLength(1)
      expect(await turns.tryTake(digestOf('another piece of work'))).toBeDefined()
    })

    it('let the next one have it once it is over', async () => {
      const turns = await open()
      for (const _round of [1, 2, 3]) {
        const turn = await turns.tryTake(work)
        expect(turn).toBeDefined()
        await turn?.end()
      }
    })

    it('that are ended twice end no turn of another', async () => {
      const turns = await open()
      const first = await turns.tryTake(work)
      await first?.end()
      expect(await turns.tryTake(work)).toBeDefined()
      await first?.end()
      expect(await turns.tryTake(work)).toBeUndefined()
    })
  })
}
