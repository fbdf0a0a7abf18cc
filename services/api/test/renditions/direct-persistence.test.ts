import { AppError } from '@iaas/common/errors'
import { createSilentLogger } from '@iaas/common/log'
import type {
  RenditionJournal,
  StoreRendition,
  WaitingRendition,
} from '@iaas/common/ports/persistence'
import { variantDigest } from '@iaas/common/digest'
import { createFakePersistence } from '@iaas/testing/fakes/persistence'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { Registry } from 'prom-client'
import { createApiMetrics } from '../../src/metrics/api-metrics.ts'
import { createDirectPersistence } from '../../src/renditions/direct-persistence.ts'
import { createRenditionPersister } from '../../src/renditions/persist-rendition.ts'

const log = createSilentLogger()
const variant = makeVariant()
const spooled = { bytes: new Uint8Array(7), renderedAt: 1000 }
const rendition = { variant, renderedAt: 1000 }
const outage = new AppError('STORE_UNAVAILABLE', 'The database does not answer.')

/** A persister that stores by itself; what it does is told in its order. */
function setUp(part: { storeRendition?: StoreRendition; left?: readonly WaitingRendition[] } = {}) {
  const { storeRendition = async () => {}, left = [] } = part
  const steps: string[] = []
  const journal: RenditionJournal = {
    add: async () => void steps.push('noted'),
    remove: async () => void steps.push('removed'),
    list: async () => left,
    flush: async () => {},
  }
  const persistence = createFakePersistence()
  const spool = createFakeSpool()
  const queue = { isAway: false }
  const store: StoreRendition = async (...args) => {
    steps.push('begun')
    await storeRendition(...args)
    steps.push('stored')
  }
  const persister = createRenditionPersister({
    spool,
    persistence: {
      async schedule(request) {
        if (queue.isAway) throw outage
        await persistence.schedule(request)
        steps.push('queued')
      },
    },
    direct: createDirectPersistence({ journal, storeRendition: store, log }),
    variantCap: { take: async () => true },
    metrics: createApiMetrics(new Registry(), { flights: () => 0 }),
    log,
    maxPending: 10,
    maxPendingBytes: 2 ** 30,
    rescheduleAfterMs: 60_000,
    now: () => 1000,
  })
  const entry = () => spool.get(variantDigest(variant))
  return { persister, persistence, steps, queue, entry }
}

describe('a process that stores its renditions by itself', () => {
  it('notes each before, stores it, and leaves nothing to spool and queue', async () => {
    const { persister, persistence, steps, entry } = setUp()
    expect(await persister.persist(variant, spooled)).toBe(false)
    expect(steps).toEqual(['noted', 'begun', 'stored', 'removed'])
    expect(persistence.renditions).toEqual([])
    expect(await entry()).toBeUndefined()
  })

  it('F38 leaves to the queue what it fails with, and notes it until the queue has it', async () => {
    const { persister, persistence, steps, entry } = setUp({
      storeRendition: () => Promise.reject(outage),
    })
    expect(await persister.persist(variant, spooled)).toBe(true)
    expect(await entry()).toMatchObject({ renderedAt: 1000 })
    expect(persistence.renditions).toEqual([rendition])
    expect(steps).toEqual(['noted', 'begun', 'queued', 'removed'])
  })

  it('F38 notes what the queue does not take either, until it does', async () => {
    const { persister, steps, queue } = setUp({ storeRendition: () => Promise.reject(outage) })
    queue.isAway = true
    await persister.persist(variant, spooled)
    await persister.retry()
    expect(steps).toEqual(['noted', 'begun'])
    queue.isAway = false
    await persister.retry()
    expect(steps).toEqual(['noted', 'begun', 'queued', 'removed'])
  })

  it('F38 queues what a process before it was killed with', async () => {
    const { persister, persistence, steps } = setUp({ left: [rendition] })
    await persister.resume()
    expect(persistence.renditions).toEqual([rendition])
    expect(steps).toEqual(['queued', 'removed'])
  })

  it('F38 queues that later where the queue is away at the start', async () => {
    const { persister, persistence, queue } = setUp({ left: [rendition] })
    queue.isAway = true
    await persister.resume()
    expect(persistence.renditions).toEqual([])
    queue.isAway = false
    await persister.retry()
    expect(persistence.renditions).toEqual([rendition])
  })
})
