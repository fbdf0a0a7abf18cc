import { describe, expect, it } from '@jest/globals'
import { parseImageId } from '@iaas/common/image'
import type { OpacityCache } from '@iaas/common/ports/opacity-cache'
import { createKnownOpacity } from '../src/known-opacity.ts'
import { createSilentLogger } from '@iaas/common/log'
import { createTrustedEpochs } from './epochs/_epochs.ts'

const id = parseImageId('photo')
const original = { id, version: '1', size: 3, modifiedAt: new Date(0) }
const signal = () => new AbortController().signal

function createRig(isOpaque: boolean | undefined, shared?: OpacityCache) {
  const epochs = createTrustedEpochs()
  const counts = { inspected: 0, found: 0 }
  const findOpacity = createKnownOpacity({
    originals: { find: async () => ((counts.found += 1), original) },
    renderer: {
      inspect: async (_original, _signal, options) => {
        counts.inspected += 1
        expect(options).toEqual({ opacity: true })
        return { format: 'png', size: { width: 3, height: 2 }, isOpaque }
      },
    },
    shared,
    ttlMs: 60_000,
    epochs,
    log: createSilentLogger(),
  })
  return { findOpacity, counts, epochs }
}

describe('the opacity of originals', () => {
  it.each([true, false])('R54 is read once and then needs no original: %s', async (isOpaque) => {
    const { findOpacity, counts } = createRig(isOpaque)
    const first = await Promise.all([findOpacity(id, signal), findOpacity(id, signal)])
    expect(first).toEqual([isOpaque, isOpaque])
    expect(await findOpacity(id, signal)).toBe(isOpaque)
    expect(counts).toEqual({ inspected: 1, found: 1 })
  })

  it('R54 is shared between processes, and read again while the cache fails', async () => {
    const facts = new Map<string, boolean>()
    const shared: OpacityCache = {
      get: async (asked) => facts.get(asked),
      set: async (asked, isOpaque) => void facts.set(asked, isOpaque),
      delete: async (asked) => void facts.delete(asked),
    }
    expect(await createRig(true, shared).findOpacity(id, signal)).toBe(true)
    const other = createRig(false, shared)
    expect(await other.findOpacity(id, signal)).toBe(true)
    expect(other.counts.inspected).toBe(0)
    const down = {
      get: () => Promise.reject(new Error('down')),
      set: () => Promise.reject(new Error('down')),
      delete: () => Promise.reject(new Error('down')),
    }
    expect(await createRig(false, down).findOpacity(id, signal)).toBe(false)
  })

  it('is taken for not opaque, and not cached, if a renderer of an earlier release does not tell', async () => {
    const { findOpacity, counts } = createRig(undefined)
    expect(await findOpacity(id, signal)).toBe(false)
    expect(await findOpacity(id, signal)).toBe(false)
    expect(counts.inspected).toBe(2)
  })

  it('R70 is read again, also by other processes, once the original was raised', async () => {
    const facts = new Map<string, boolean>()
    const shared: OpacityCache = {
      get: async (asked) => facts.get(asked),
      set: async (asked, isOpaque) => void facts.set(asked, isOpaque),
      delete: async (asked) => void facts.delete(asked),
    }
    const { findOpacity, counts, epochs } = createRig(true, shared)
    await findOpacity(id, signal)
    epochs.act([{ id: parseImageId('other'), epoch: 1, isGone: false }])
    await findOpacity(id, signal)
    expect(counts.inspected).toBe(1)
    epochs.act([{ id, epoch: 2, isGone: false }])
    expect(facts.size).toBe(0)
    await findOpacity(id, signal)
    expect(counts.inspected).toBe(2)
  })
})
