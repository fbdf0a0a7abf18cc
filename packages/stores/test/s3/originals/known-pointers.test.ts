import { AppError } from '@iaas/common/errors'
import { type ImageId, parseImageId } from '@iaas/common/image'
import { createKnownPointers } from '@iaas/stores/s3/originals/known-pointers'
import type { Pointer } from '@iaas/stores/s3/originals/pointer'
import { describe, expect, it } from '@jest/globals'

const id = parseImageId('photo')

function pointer(version: string): Pointer {
  const modified_at = '2026-12-01T00:00:00.000Z'
  return { state: 'stored', version, size: 1, modified_at, sha256: '', kept: [] }
}

/** A bucket with one pointer, a clock and a feed of epochs in the hands of the test. */
function setUp() {
  const world = { now: 0, isTrusted: true, isAway: false, present: pointer('a'), reads: 0 }
  const cached = new Map<ImageId, Pointer>()
  const known = createKnownPointers({
    pointers: {
      async read() {
        world.reads += 1
        const { present } = world
        if (world.isAway) throw new AppError('STORE_UNAVAILABLE', 'Away.')
        return present
      },
    },
    isTrusted: () => world.isTrusted,
    findCached: async (each) => cached.get(each),
    now: () => world.now,
  })
  const version = async () => {
    const found = await known.find(id)
    return found?.state === 'stored' ? found.version : undefined
  }
  return { world, known, cached, version }
}

describe('a known pointer', () => {
  it('T72 is asked for once in 25 s while epochs are followed, and each time while they are not', async () => {
    const { world, version } = setUp()
    for (let each = 0; each < 3; each += 1) await version()
    expect(world.reads).toBe(1)
    world.now = 24_999
    await version()
    expect(world.reads).toBe(1)
    world.now = 25_000
    await version()
    expect(world.reads).toBe(2)
    world.isTrusted = false
    await version()
    await version()
    expect(world.reads).toBe(4)
  })

  it('T72 is dropped when its original is raised, also one that is being read at that moment', async () => {
    const { world, known, version } = setUp()
    await version()
    world.present = pointer('b')
    expect(await version()).toBe('a')
    known.forget(new Set([id]))
    expect(await version()).toBe('b')
    known.forget('all')
    const reading = version()
    world.present = pointer('c')
    known.forget(new Set([id]))
    expect(await version()).toBe('c')
    await reading
    expect(await version()).toBe('c')
  })

  it('F54 is used beyond its time while the bucket is away, from memory or from the cache', async () => {
    const { world, known, cached, version } = setUp()
    await version()
    world.isAway = true
    world.isTrusted = false
    world.now = 3_600_000
    expect(await version()).toBe('a')
    known.forget(new Set([id]))
    await expect(version()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    cached.set(id, pointer('cached'))
    expect(await version()).toBe('cached')
  })
})
