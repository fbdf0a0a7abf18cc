import { AppError } from '@iaas/common/errors'
import { type Logger, createSilentLogger } from '@iaas/common/log'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { Registry } from 'prom-client'
import { createApiMetrics } from '../../src/metrics/api-metrics.ts'
import { createRenditionPersister } from '../../src/renditions/persist-rendition.ts'

const spooled = { bytes: new Uint8Array(7), renderedAt: 1000 }

/** A persister before a queue that can be away. */
function setUp(spool = createFakeSpool()) {
  const registry = new Registry()
  const queue = { isAway: true, requests: [] as WaitingRendition[] }
  const warnings: string[] = []
  const details: string[] = []
  const log: Logger = {
    ...createSilentLogger(),
    warn: (message) => void warnings.push(message),
    debug: (message) => void details.push(message),
  }
  const persister = createRenditionPersister({
    spool,
    persistence: {
      async schedule(request) {
        if (queue.isAway) throw new AppError('STORE_UNAVAILABLE', 'The queue does not answer.')
        queue.requests.push(request)
      },
    },
    variantCap: { take: async () => true },
    metrics: createApiMetrics(registry, { flights: () => 0 }),
    log,
    maxPending: 10,
    maxPendingBytes: 2500,
    rescheduleAfterMs: 60_000,
    now: () => 1000,
  })
  return {
    persister,
    queue,
    warnings,
    details,
    count: async (result: string): Promise<number> => {
      const text = await registry.metrics()
      const [, value] =
        new RegExp(`iaas_persists_total{result="${result}"} (\\d+)`).exec(text) ?? []
      return Number(value ?? 0)
    },
  }
}

describe('the persister of renditions', () => {
  it('tells once of a rendition that the queue does not take, however often it is tried again', async () => {
    const { persister, warnings, details, count } = setUp()
    const variant = makeVariant()
    await persister.persist(variant, spooled)
    for (let tries = 0; tries < 10; tries += 1) await persister.retry()
    await persister.reschedule(variant, spooled.renderedAt)
    expect(await count('failed')).toBe(1)
    expect(details).toEqual(['rendition not queued'])
    // The store that is away is told of, and not each of its renditions.
    expect(warnings).toEqual([])
    await persister.persist(makeVariant(), spooled)
    expect(await count('failed')).toBe(2)
  })

  it('tells again of a rendition that the queue had taken in the meantime', async () => {
    const { persister, queue, count } = setUp()
    const variant = makeVariant()
    await persister.persist(variant, spooled)
    queue.isAway = false
    await persister.retry()
    expect(queue.requests).toEqual([{ variant, renderedAt: spooled.renderedAt }])
    queue.isAway = true
    await persister.reschedule(variant, spooled.renderedAt)
    expect(await count('failed')).toBe(2)
    expect(await count('scheduled')).toBe(1)
  })

  it('T39 holds no more bytes of renditions at once than it may, and serves the rest without storing it', async () => {
    const held: (() => void)[] = []
    const spool = createFakeSpool()
    const put = () => new Promise<void>((resolve) => held.push(resolve))
    const { persister, queue, count } = setUp({ ...spool, put })
    queue.isAway = false
    const persist = (bytes: number) =>
      persister.persist(makeVariant(), { bytes: new Uint8Array(bytes), renderedAt: 1000 })
    const first = [persist(1000), persist(1000)]
    expect(await persist(1000)).toBe(false)
    expect(await count('skipped')).toBe(1)
    first.push(persist(400))
    await until(() => held.length === 3)
    for (const release of held.splice(0)) release()
    expect(await Promise.all(first)).toEqual([true, true, true])
    const alone = persist(9000)
    expect(await persist(1)).toBe(false)
    await until(() => held.length === 1)
    const scheduled = queue.requests.length
    expect(await persister.reschedule(makeVariant(), 1000)).toBe(true)
    expect(queue.requests).toHaveLength(scheduled + 1)
    held[0]?.()
    expect(await alone).toBe(true)
    expect(await count('skipped')).toBe(2)
  })
})
