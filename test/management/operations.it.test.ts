import { queueNames } from '@iaas/common/jobs/queues'
import { createSilentLogger } from '@iaas/common/log'
import { openQueue } from '@iaas/queue/open-queue'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { type Provided, provideDatabase } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, json, upload } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { call, toApiKeys } from './_api.ts'

const key = 'key-of-the-operator'

describe('the management API for operators', () => {
  let database: Provided
  let stack: Stack

  beforeAll(async () => {
    database = await provideDatabase()
    const scopes = ['stats', 'tokens', 'originals:write', 'originals:read']
    const env = { API_KEYS: toApiKeys({ operator: { key, scopes } }), DATABASE_URL: database.url }
    stack = await startStack({ env })
  })
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
  })

  const failedJobs = async () =>
    json(await call(stack.base, key, '/queues/uploads/failed'))['items']

  const change = (method: string, path: string) => call(stack.base, key, path, { method })

  it('tells the state of the service and of each dependency', async () => {
    const health = json(await call(stack.base, key, '/health'))
    expect(health).toEqual({
      state: 'ready',
      dependencies: { database: 'up', 'variant-store': 'up' },
    })
  })

  it('counts the jobs of every queue', async () => {
    const { items } = json(await call(stack.base, key, '/queues')) as {
      items: readonly { readonly name: string; readonly jobs: Readonly<Record<string, number>> }[]
    }
    expect(items.map(({ name }) => name)).toEqual(Object.values(queueNames))
    for (const { jobs } of items) expect(jobs).toMatchObject({ active: 0, failed: 0, waiting: 0 })
  })

  it('lists failed jobs with their reasons, retries and discards them', async () => {
    expect(await failedJobs()).toEqual([])
    const backend = { kind: 'postgres', url: database.url } as const
    const queue = openQueue(backend, queueNames.uploads, createSilentLogger())
    await (await queue.get()).add('put-object', { v: 99 })
    await queue.close()
    await until(async () => ((await failedJobs()) as unknown[]).length === 1)
    const [job] = (await failedJobs()) as readonly Readonly<Record<string, unknown>>[]
    expect(job).toMatchObject({ name: 'put-object', attempts: 1 })
    expect(job?.['reason']).toMatch(/only jobs of version 1/)

    const retried = await change('POST', '/queues/uploads/failed/retry')
    expect([retried.status, json(retried)]).toEqual([200, { jobs: 1 }])
    // It fails again, at a later time.
    await until(async () => {
      const [again] = (await failedJobs()) as readonly Readonly<Record<string, unknown>>[]
      return again !== undefined && again['failed_at'] !== job?.['failed_at']
    })
    expect(json(await change('DELETE', '/queues/uploads/failed'))).toEqual({ jobs: 1 })
    expect(await failedJobs()).toEqual([])
  })

  it('has no other queue', async () => {
    for (const path of ['/queues/other/failed', '/queues/..%2Fuploads/failed']) {
      const answer = await call(stack.base, key, path)
      expect([answer.status, json(answer)['type']]).toEqual([
        404,
        'urn:iaas:problem:queue-not-found',
      ])
    }
  })

  it('issues tokens, with which end users upload and replace', async () => {
    const request = async (body: object) => {
      const answer = await call(stack.base, key, '/tokens', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
      return {
        ...(json(answer) as { token?: string; upload_path?: string }),
        status: answer.status,
      }
    }
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    const { status, token, upload_path: path } = await request({ id: 'by-token' })
    expect([status, path]).toEqual([201, '/by-token'])
    expect((await upload(stack.base, 'by-token', token ?? '', photo)).status).toBe(200)
    expect((await request({ id: 'by-token' })).status).toBe(409)
    expect(await request({ id: 'by-token', replace: true })).toMatchObject({ status: 201 })
    expect((await request({ id: 'absent', replace: true })).status).toBe(404)
    for (const body of [
      {},
      { id: 7 },
      { id: '_a' },
      { id: 'a', replace: 'yes' },
      { id: 'a', x: 1 },
    ]) {
      expect([body, (await request(body)).status]).toEqual([body, 400])
    }
    expect((await ask(stack.base, '/by-token_30_30.jpg')).status).toBe(200)
  })

  it('T80 gives a repetition with the same Idempotency-Key the first answer, and does nothing', async () => {
    const request = (idempotencyKey: string, body: object, path = '/tokens') =>
      call(stack.base, key, path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
        body: JSON.stringify(body),
      })
    const all = await Promise.all(
      Array.from({ length: 8 }, () => request('first', { id: 'repeated' })),
    )
    const statuses = all.map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set(statuses.includes(409) ? [201, 409] : [201]))
    const tokens = all.flatMap((each) => (each.status === 201 ? [json(each)['token']] : []))
    expect(new Set(tokens).size).toBe(1)
    const again = await request('first', { id: 'repeated' })
    expect([again.status, json(again)['token']]).toEqual([201, tokens[0]])
    const other = await request('first', { id: 'another' })
    expect([other.status, json(other)['type']]).toEqual([
      422,
      'urn:iaas:problem:idempotency-key-reused',
    ])
    // A failure is not kept.
    const taken = { id: 'repeated' }
    expect((await request('second', taken)).status).toBe(409)
    expect(json(await request('second', taken))['type']).toBe('urn:iaas:problem:token-pending')
    expect((await request('x'.repeat(256), { id: 'b' })).status).toBe(400)
  })
})
