import { parseImageId } from '@iaas/common/image'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'
import { createVariantCap } from '../../src/limits/variant-cap.ts'
import { createRig } from '../_rig.ts'

const id = parseImageId('photo')
const other = parseImageId('other')

/** A store with so many links of every original, which counts how often it is asked. */
function storeOf(count: number) {
  const store = {
    asked: 0,
    count: (_id: unknown, limit: number) => {
      store.asked += 1
      return Promise.resolve(Math.min(count, limit))
    },
  }
  return store
}

async function takeMany(cap: ReturnType<typeof createVariantCap>, many: number): Promise<number> {
  const taken = await Promise.all(Array.from({ length: many }, () => cap.take(id)))
  return taken.filter(Boolean).length
}

describe('the cap on the variants of an original', () => {
  it('R11 lets as many through as are left to be stored, and counts once', async () => {
    const links = storeOf(7)
    const cap = createVariantCap({ links, perOriginal: 10, countTtlMs: 60_000 })
    expect(await takeMany(cap, 50)).toBe(3)
    expect(await takeMany(cap, 50)).toBe(0)
    expect(links.asked).toBe(1)
    expect(await cap.take(other)).toBe(true)
  })

  it('R11 counts nothing where any number may be stored', async () => {
    const links = storeOf(1_000_000)
    const cap = createVariantCap({ links, perOriginal: 0, countTtlMs: 60_000 })
    expect(await takeMany(cap, 50)).toBe(50)
    expect(links.asked).toBe(0)
  })

  it('lets through what nobody can count, and counts again', async () => {
    const links = storeOf(10)
    const { count } = links
    const cap = createVariantCap({ links, perOriginal: 10, countTtlMs: 60_000 })
    links.count = () => Promise.reject(new Error('the database is gone'))
    expect(await cap.take(id)).toBe(true)
    links.count = count
    expect(await cap.take(id)).toBe(false)
  })

  it('finds the room that deleted links leave', async () => {
    const links = storeOf(10)
    const cap = createVariantCap({ links, perOriginal: 10, countTtlMs: 30 })
    expect(await cap.take(id)).toBe(false)
    links.count = () => Promise.resolve(0)
    await until(() => cap.take(id))
  })

  it('R11 a variant beyond it is rendered and answered, and neither spooled nor queued', async () => {
    await using rig = await createRig({ variantsPerOriginal: 2 })
    for (const width of [1, 2, 3, 4]) {
      expect(await rig.serve({ width })).toMatchObject({ kind: 'image', outcome: 'miss' })
    }
    await rig.drain()
    expect([rig.persistence.renditions.length, rig.entries.size]).toEqual([2, 2])
  })
})
