import { createLinkMemory } from '@iaas/common/memory/link-memory'
import { variantKey } from '@iaas/common/image'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createKnownTargets } from '../../src/links/known-targets.ts'

function createTargets() {
  const memory = createLinkMemory({ maxItems: 10, ttlMs: 60_000 })
  const hits = { count: 0 }
  const metrics = { lookup: () => void (hits.count += 1) }
  return { memory, hits, targets: createKnownTargets({ memory, maxTargets: 2, metrics }) }
}

const key = variantKey(makeVariant())
const link = { url: 'https://cdn.example/1.jpg' }

describe('known targets', () => {
  it('have the link that this process remembers of their variant', () => {
    const { memory, targets, hits } = createTargets()
    memory.set(key, link)
    expect(targets.find('/a_1_1.jpg')).toBeUndefined()
    targets.note('/a_1_1.jpg', key)
    expect(targets.find('/a_1_1.jpg')).toEqual(link)
    expect(hits.count).toBe(1)
  })

  it('have none once the link is forgotten, and the new one once there is one', () => {
    const { memory, targets } = createTargets()
    memory.set(key, link)
    targets.note('/a_1_1.jpg', key)
    memory.delete(key)
    expect(targets.find('/a_1_1.jpg')).toBeUndefined()
    memory.set(key, { url: 'https://cdn.example/2.jpg' })
    expect(targets.find('/a_1_1.jpg')).toEqual({ url: 'https://cdn.example/2.jpg' })
  })

  it('are bounded', () => {
    const { memory, targets } = createTargets()
    memory.set(key, link)
    for (const name of ['a', 'b', 'c']) targets.note(`/${name}_1_1.jpg`, key)
    const known = ['a', 'b', 'c'].filter((name) => targets.find(`/${name}_1_1.jpg`) !== undefined)
    expect(known).toEqual(['b', 'c'])
  })
})
