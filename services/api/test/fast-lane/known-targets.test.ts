import { createLinkMemory } from '@iaas/stores/memory/link-memory'
import { variantKey } from '@iaas/common/image'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createKnownTargets } from '../../src/fast-lane/known-targets.ts'

const ttlMs = 60_000

function createTargets() {
  const memory = createLinkMemory({ maxItems: 2, ttlMs })
  const hits = { count: 0 }
  const metrics = { lookup: () => void (hits.count += 1) }
  const targets = createKnownTargets({ memory, maxTargets: 2, metrics })
  return {
    memory,
    hits,
    targets,
    find: (target: string) => targets.find(target, performance.now())?.remembered.link,
  }
}

const variant = makeVariant()
const key = variantKey(variant)
const { id } = variant
const link = { address: 'https://cdn.example/1.jpg' }
const answer = { id, key, address: link.address }
const target = '/a_1_1.jpg'

describe('known targets', () => {
  it('have the link that this process remembers of their variant', () => {
    const { memory, targets, find, hits } = createTargets()
    memory.set(key, link)
    expect(find(target)).toBeUndefined()
    targets.note(target, answer)
    expect(find(target)).toEqual(link)
    expect(hits.count).toBe(1)
  })

  it('are not remembered where they are longer than any option there is', () => {
    const { memory, targets, find } = createTargets()
    memory.set(key, link)
    const long = `${target}?nobody-knows=${'x'.repeat(500)}`
    targets.note(long, answer)
    expect(find(long)).toBeUndefined()
  })

  it('have their address as it stands in the header', () => {
    const { memory, targets } = createTargets()
    memory.set(key, link)
    targets.note(target, { ...answer, address: 'https://cdn.example/ü 1.jpg' })
    const found = targets.find(target, performance.now())
    expect(found?.location).toBe('https://cdn.example/%C3%BC%201.jpg')
  })

  it('have none once the link is forgotten, and the new one once it was answered by', () => {
    const { memory, targets, find } = createTargets()
    memory.set(key, link)
    targets.note(target, answer)
    memory.delete(key)
    expect(find(target)).toBeUndefined()
    memory.set(key, { address: 'https://cdn.example/2.jpg' })
    targets.note(target, answer)
    expect(find(target)).toEqual({ address: 'https://cdn.example/2.jpg' })
  })

  it('have none once the link is replaced, or has given way to others', () => {
    const { memory, targets, find } = createTargets()
    memory.set(key, link)
    targets.note(target, answer)
    memory.set(key, { address: 'https://cdn.example/2.jpg' })
    expect(find(target)).toBeUndefined()
    targets.note(target, answer)
    for (const other of [makeVariant(), makeVariant()]) memory.set(variantKey(other), link)
    expect(find(target)).toBeUndefined()
  })

  it('believe a link for as long as the memory does', () => {
    const { memory, targets } = createTargets()
    memory.set(key, link)
    targets.note(target, answer)
    expect(targets.find(target, performance.now() + ttlMs - 1000)?.remembered.link).toEqual(link)
    expect(targets.find(target, performance.now() + ttlMs + 1)).toBeUndefined()
  })

  it('note nothing of a link that nobody remembers', () => {
    const { targets, find } = createTargets()
    targets.note(target, answer)
    expect(find(target)).toBeUndefined()
  })

  it('are bounded', () => {
    const { memory, targets, find } = createTargets()
    memory.set(key, link)
    const names = ['a', 'b', 'c'].map((name) => `/${name}_1_1.jpg`)
    for (const name of names) targets.note(name, answer)
    expect(names.filter((name) => find(name) !== undefined)).toEqual(names.slice(1))
  })
})
