import { setTimeout as delay } from 'node:timers/promises'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Compose, openCompose, untilHealthy } from '../support/compose.ts'
import { ask, askLocation, askUntil, json, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

/** How long the edge believes an answer of the api: docs/decisions/0008, ms. */
const ttlMs = 2000

describe('the edge', () => {
  let target: Target
  let compose: Compose

  beforeAll(async () => {
    compose = openCompose(process.env['TEST_COMPOSE_PROJECT'] ?? '')
    target = await startTarget()
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it('makes one request of a crowd that asks for the same', async () => {
    const count = () => compose.sumMetric('api', 'iaas_requests_total', { route: 'image' })
    const before = await count()
    const crowd = Array.from({ length: 200 }, () => ask(target.base, '/photo_222_222.jpg'))
    const answers = await Promise.all(crowd)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await count()) - before).toBeLessThan(5)
  })

  it('keeps what clients of different Accept get apart', async () => {
    const path = '/photo_91_91.jpg?allow_webp=true'
    const webp = await ask(target.base, path, { headers: { Accept: 'image/webp' } })
    const plain = await ask(target.base, path)
    expect([webp.headers['content-type'], plain.headers['content-type']]).toEqual([
      'image/webp',
      'image/jpeg',
    ])
    expect(webp.headers.vary).toBe('Accept')
  })

  it('answers with what it had while every api is away, and says so where it has nothing', async () => {
    const isHit = ({ status }: { readonly status: number }) => status === 307
    const hit = await askUntil(isHit, target.base, '/photo_92_92.jpg')
    expect((await askLocation(target.base, hit)).status).toBe(200)
    const original = await ask(target.base, '/photo.jpg')
    await compose.run(['stop', '-t', '20', 'api'])
    await delay(ttlMs + 500)
    const stale = await ask(target.base, '/photo_92_92.jpg')
    expect([stale.status, stale.headers.location]).toEqual([307, hit.headers.location])
    expect((await askLocation(target.base, stale)).status).toBe(200)
    expect((await ask(target.base, '/photo.jpg')).body.equals(original.body)).toBe(true)
    const unknown = await ask(target.base, '/photo_93_93.jpg')
    // A container that is gone refuses, or does not answer at all.
    expect([502, 504]).toContain(unknown.status)
    expect(unknown.headers['content-type']).toBe('application/problem+json')
    expect(json(unknown)).toMatchObject({
      status: unknown.status,
      title: 'The service did not answer',
    })
    await compose.run(['start', 'api'])
    await askUntil(({ status }) => status === 200, target.base, '/photo_93_93.jpg')
    const [edge = ''] = await compose.containers('edge')
    await untilHealthy(edge)
  })
})
