import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSilentLogger } from '@iaas/common/log'
import type { RaisedEpoch } from '@iaas/common/ports/epochs'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { createPostgresEpochFeed } from '../../src/postgres/epoch-feed.ts'
import { createPostgresEpochs } from '../../src/postgres/epochs.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

const listeners = "application_name = 'iaas-epochs' AND datname = current_database()"

describe('the feed of epochs', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const epochs = () => createPostgresEpochs(database.db)

  function subscribe(process: string, act: (raised: readonly RaisedEpoch[]) => void = () => {}) {
    const raised: RaisedEpoch[] = []
    let trusts = 0
    const feed = createPostgresEpochFeed({
      url: database.url,
      process,
      log: createSilentLogger(),
    })
    const subscription = feed.subscribe({
      act(news) {
        act(news)
        raised.push(...news)
      },
      trust: () => void (trusts += 1),
    })
    return { raised, trusts: () => trusts, ...subscription }
  }

  const countProcesses = async () =>
    (await query(database.url, 'SELECT id FROM api_processes')).rows.length

  it('F48 registers the process, tells of raises in their order, and acknowledges what was acted on', async () => {
    const [before, one, two] = [makeVariant().id, makeVariant().id, makeVariant().id]
    const earlier = await epochs().raise([before])
    let isStuck = false
    const act = () => {
      if (isStuck) throw new Error('It cannot act.')
    }
    await using subscription = subscribe('a process', act)
    await until(() => subscription.trusts() > 0)
    expect(subscription.raised).toEqual([{ id: before, epoch: earlier, isGone: false }])
    const epoch = await epochs().raise([one, two], { gone: true })
    await until(async () => (await epochs().waitingFor(epoch)).length === 0)
    expect(subscription.raised.slice(1)).toEqual([
      { id: one, epoch: epoch - 1, isGone: true },
      { id: two, epoch, isGone: true },
    ])
    isStuck = true
    const next = await epochs().raise('all')
    const names = new Set<string>()
    for (let sample = 0; sample < 15; sample += 1) {
      names.add(String(await epochs().waitingFor(next)))
      await delay(20)
    }
    expect([...names]).toEqual(['a process'])
    isStuck = false
    await until(async () => (await epochs().waitingFor(next)).length === 0)
    expect(subscription.raised.at(-1)).toEqual({ id: undefined, epoch: next, isGone: false })
  })

  it('F48 reads what was raised while its connection was lost', async () => {
    await using subscription = subscribe('cut off')
    await until(() => subscription.trusts() > 0)
    await query(
      database.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${listeners}`,
    )
    const { id } = makeVariant()
    const epoch = await epochs().raise([id])
    await until(async () => (await epochs().waitingFor(epoch)).length === 0)
    expect(subscription.raised).toContainEqual({ id, epoch, isGone: false })
  })

  it('leaves nothing of a process that has ended', async () => {
    const subscription = subscribe('ends')
    await until(() => subscription.trusts() > 0)
    expect(await countProcesses()).toBe(1)
    await subscription[Symbol.asyncDispose]()
    expect(await countProcesses()).toBe(0)
  })
})
