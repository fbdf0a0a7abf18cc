import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { ImageFacts } from '@iaas/common/image-facts'
import { createSilentLogger } from '@iaas/common/log'
import type { DescribeTask } from '@iaas/common/ports/renderer'
import { makeFacts } from '@iaas/testing/facts'
import { describe, expect, it } from '@jest/globals'
import { createFacts } from '../../src/facts/find-facts.ts'

const original = { id: parseImageId('photo'), version: '1.a', size: 10, modifiedAt: new Date(0) }
const { signal } = new AbortController()

/** Facts over a renderer that answers when the test says so. */
function setUp({ canKeep = true, uploadWaitMs = 10_000 } = {}) {
  const tasks: DescribeTask[] = []
  const counted: string[] = []
  const kept: ImageFacts[] = []
  let resolve: (facts: ImageFacts) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<ImageFacts>((...settle) => ([resolve, reject] = settle))
  const facts = createFacts({
    renderer: {
      describe(task) {
        tasks.push(task)
        return promise
      },
    },
    store: {
      find: async () => {
        if (!canKeep) throw new AppError('STORE_UNAVAILABLE', 'The disk is broken.')
        return kept[0]
      },
      async keep(_original, each) {
        if (!canKeep) throw new AppError('STORE_UNAVAILABLE', 'The disk is full.')
        kept.push(each)
      },
    },
    limits: { take: async (client) => void counted.push(client) },
    uploadWaitMs,
    log: createSilentLogger(),
  })
  return { facts, tasks, counted, kept, resolve, reject }
}

describe('facts about an original', () => {
  it('R58 are computed once for a crowd, counted for its first client, and kept', async () => {
    const { facts, tasks, counted, kept, resolve } = setUp()
    const crowd = ['one', 'two', 'three'].map((client) => facts.compute(original, client, signal))
    resolve(makeFacts())
    expect(await Promise.all(crowd)).toEqual([makeFacts(), makeFacts(), makeFacts()])
    expect([tasks.length, counted, kept.length]).toEqual([1, ['one'], 1])
    expect(tasks).toEqual([{ original, client: 'one' }])
    expect(await facts.findKept(original)).toEqual(makeFacts())
  })

  it('are told although the disk is full or broken', async () => {
    const { facts, resolve } = setUp({ canKeep: false })
    resolve(makeFacts())
    expect(await facts.findKept(original)).toBeUndefined()
    expect(await facts.compute(original, 'one', signal)).toEqual(makeFacts())
  })

  it('are part of the answer to an upload if an idle child computes them in time', async () => {
    const { facts, tasks, counted, resolve } = setUp()
    resolve(makeFacts())
    expect(await facts.computeSoon(original)).toEqual(makeFacts())
    expect([tasks, counted]).toEqual([[{ original, onlyIdle: true }], []])
  })

  it('T51 keep no upload waiting: what takes longer is kept for the first request', async () => {
    const { facts, kept, resolve } = setUp({ uploadWaitMs: 5 })
    expect(await facts.computeSoon(original)).toBeUndefined()
    resolve(makeFacts())
    expect(await facts.compute(original, 'one', signal)).toEqual(makeFacts())
    expect(kept.length).toBeGreaterThan(0)
  })

  it('T51 fail no upload', async () => {
    for (const code of ['RENDERER_BUSY', 'RENDER_FAILED', 'IMAGE_TOO_COSTLY'] as const) {
      const { facts, reject } = setUp()
      reject(new AppError(code, 'No facts.'))
      expect(await facts.computeSoon(original)).toBeUndefined()
    }
  })
})
