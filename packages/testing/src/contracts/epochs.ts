import { describe, expect, it } from '@jest/globals'
import { type ImageId, parseImageId } from '@iaas/common/image'
import type { Epochs } from '@iaas/common/ports/epochs'
import type { LinkStore } from '@iaas/common/ports/link-store'
import { makeVariant } from '../variants.ts'

export type OpenedEpochs = {
  readonly epochs: Epochs
  /** The links that these epochs fence. */
  readonly links: LinkStore
}

let made = 0

function newId(): ImageId {
  made += 1
  return parseImageId(`epoch "${process.pid}" ${made} é`)
}

/** Contract of every store of epochs. Raises the global epoch last. */
export function describeEpochs(name: string, open: () => OpenedEpochs): void {
  describe(`${name} keeps to the contract of epochs`, () => {
    it('knows epoch 0 of an original that was never raised', async () => {
      expect(await open().epochs.of(newId())).toEqual({ epoch: 0, isGone: false })
    })

    it('raises each original to an epoch of its own, above all earlier ones', async () => {
      const { epochs } = open()
      const [one, two, other] = [newId(), newId(), newId()]
      const first = await epochs.raise([one])
      const second = await epochs.raise([two, one, two])
      expect(second).toBeGreaterThan(first)
      const raised = [await epochs.of(one), await epochs.of(two)].map(({ epoch }) => epoch)
      expect(new Set(raised).size).toBe(2)
      expect(Math.max(...raised)).toBe(second)
      expect(Math.min(...raised)).toBeGreaterThan(first)
      expect((await epochs.of(other)).epoch).toBe(0)
    })

    it('marks originals as gone, keeps the mark, and frees them', async () => {
      const { epochs } = open()
      const id = newId()
      await epochs.raise([id], { gone: true })
      expect((await epochs.of(id)).isGone).toBe(true)
      await epochs.raise([id])
      expect((await epochs.of(id)).isGone).toBe(true)
      await epochs.raise([id], { gone: false })
      expect((await epochs.of(id)).isGone).toBe(false)
    })

    it('deletes the links of the originals that it raises, if asked to, and no others', async () => {
      const { epochs, links } = open()
      const [raised, kept] = [makeVariant({ id: newId() }), makeVariant({ id: newId() })]
      for (const variant of [raised, kept]) await links.record(variant, { address: 'u' }, 1)
      await epochs.raise([raised.id])
      expect(await links.count(raised.id, 9)).toBe(1)
      await epochs.raise([raised.id], { unlink: true })
      expect(await links.count(raised.id, 9)).toBe(0)
      expect(await links.count(kept.id, 9)).toBe(1)
    })

    it('of eight raises at once, none is lost', async () => {
      const { epochs } = open()
      const id = newId()
      const raised = await Promise.all(Array.from({ length: 8 }, () => epochs.raise([id, newId()])))
      expect(new Set(raised).size).toBe(8)
      expect((await epochs.of(id)).epoch).toBeGreaterThanOrEqual(Math.max(...raised) - 1)
    })

    it('raises nothing for an empty list', async () => {
      expect(await open().epochs.raise([])).toBe(0)
    })

    it('waits for no process where none is registered', async () => {
      const { epochs } = open()
      expect(await epochs.waitingFor(await epochs.raise([newId()]))).toEqual([])
    })

    it('raises every original by the global epoch, and none of them is gone', async () => {
      const { epochs } = open()
      const [id, raised] = [newId(), newId()]
      await epochs.raise([raised])
      const global = await epochs.raise('all', { gone: true })
      expect(await epochs.of(id)).toEqual({ epoch: global, isGone: false })
      expect((await epochs.of(raised)).epoch).toBe(global)
      const higher = await epochs.raise([raised])
      expect((await epochs.of(raised)).epoch).toBe(higher)
      expect((await epochs.of(id)).epoch).toBe(global)
    })
  })
}
