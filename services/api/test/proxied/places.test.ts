import { Readable } from 'node:stream'
import { objectKey } from '@iaas/common/digest'
import type { StoredObject } from '@iaas/common/ports/variant-store'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createOpenStored } from '../../src/proxied/open-stored.ts'
import { createPlaces } from '../../src/proxied/places.ts'

const key = objectKey(makeVariant(), 1)
const busy = { code: 'RENDERER_BUSY' }

/** Two places, a clock in the test's hands, and a store that answers at once unless told otherwise. */
function setUp() {
  const time = { now: 0 }
  const store = {
    open: (): Promise<StoredObject | undefined> =>
      Promise.resolve({ size: 1, body: new Readable({ read() {} }).on('error', () => {}) }),
  }
  const places = createPlaces({ maxPlaces: 2, graceMs: 1000, now: () => time.now })
  const openStored = createOpenStored(store, places)
  async function open(client: string): Promise<Readable> {
    const object = await openStored(key, client)
    if (object === undefined) throw new Error('There is an object.')
    return object.body
  }
  return { time, store, open, openStored }
}

describe('the places of proxied answers', () => {
  it('R25 refuse a newcomer while all are taken, and let it in when one is free', async () => {
    const { open } = setUp()
    const [first] = [await open('a'), await open('b')]
    await expect(open('c')).rejects.toMatchObject(busy)
    first.destroy()
    await new Promise((resolve) => first.once('close', resolve))
    await open('c')
  })

  it('R25 are given up first by the client that has the most, by its oldest that takes long', async () => {
    const { open, time } = setUp()
    const [modest, greedy] = [await open('modest'), await open('greedy')]
    time.now = 1000
    const newcomer = await open('greedy')
    expect([modest.destroyed, greedy.destroyed]).toEqual([true, false])
    time.now = 2000
    await open('other')
    expect([greedy.destroyed, newcomer.destroyed]).toEqual([true, false])
    expect(greedy.errored).toMatchObject(busy)
  })

  it('R25 are free again where there is no object, or the store fails', async () => {
    const { open, openStored, store } = setUp()
    const { open: works } = store
    store.open = () => Promise.reject(new Error('gone'))
    for (const _ of Array.from({ length: 5 })) await expect(open('a')).rejects.toThrow('gone')
    store.open = () => Promise.resolve(undefined)
    for (const _ of Array.from({ length: 5 })) expect(await openStored(key, 'a')).toBeUndefined()
    store.open = works
    await open('a')
  })

  it('R25 are counted from before the store is asked', async () => {
    const { open, store } = setUp()
    store.open = () => new Promise(() => {})
    for (const client of ['a', 'b']) open(client).catch(() => {})
    await expect(open('c')).rejects.toMatchObject(busy)
  })
})
