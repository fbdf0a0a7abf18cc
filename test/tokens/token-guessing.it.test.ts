import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, json, upload } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { type Apis, provideApis } from '../support/apis.ts'

const secret = 'a long secret'

describe('whoever guesses the secret of /token', () => {
  let apis: Apis
  let api: Stack

  beforeAll(async () => {
    apis = await provideApis()
    const env = { TOKEN_SECRET: secret, WRONG_SECRETS_PER_CLIENT: '5', TRUSTED_PROXIES: '1' }
    api = await apis.start(env)
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const post = (client: string, body: string) =>
    ask(api.base, '/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': client },
      body,
    })

  it('T20 is told 429 after a few guesses, and others go on getting tokens', async () => {
    const statuses: number[] = []
    for (let guess = 0; guess < 8; guess += 1) {
      const answer = await post('192.0.2.1', JSON.stringify({ id: 'x', secret: `${guess}` }))
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
    const right = JSON.stringify({ id: 'x', secret })
    const refused = await post('192.0.2.1', right)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
    const issued = await post('192.0.2.2', right)
    expect(issued.status).toBe(200)
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    const stored = await upload(api.base, 'x', json(issued)['token'] as string, photo)
    expect(stored.status).toBe(200)
    expect((await ask(api.base, '/x_20_20.jpg')).status).toBe(200)
  })

  it.each([
    ['10 MB of JSON', 413, `{"id":"${'x'.repeat(10_000_000)}"}`],
    ['more than 4 KB', 413, `{"id":"${'x'.repeat(4100)}"}`],
    ['lists in lists', 400, '['.repeat(4000)],
    ['objects in objects', 400, '{"a":'.repeat(600) + '1' + '}'.repeat(600)],
    ['no JSON', 400, '\u0000\u0001'],
  ])('T20 a body of %s is refused with %d', async (_name, status, body) => {
    // A wrong secret is what an object without one has.
    const answer = await post('192.0.2.3', body)
    expect([status, 401]).toContain(answer.status)
    if (status === 413) expect(answer.status).toBe(413)
    expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  it.each([0, 1, 13, 1000, 3900, 5000, 1_000_000])(
    'T19 a secret of %d characters is 401, or 413, and never an error',
    async (length) => {
      const guess = JSON.stringify({ id: 'y', secret: 'x'.repeat(length) })
      const { status } = await post(`192.0.2.${10 + (length % 50)}`, guess)
      expect(status).toBe(length > 4000 ? 413 : 401)
    },
  )

  it('T20 an address that is not believed is no other client', async () => {
    const statuses = new Set<number>()
    for (let guess = 0; guess < 7; guess += 1) {
      // The proxy in front adds the address that it sees; what stands before it is anybody's word.
      const headers = `203.0.113.${guess}, 192.0.2.9`
      statuses.add((await post(headers, JSON.stringify({ secret: `${guess}` }))).status)
    }
    expect(statuses).toEqual(new Set([401, 429]))
    const other = await post('203.0.113.1, 192.0.2.8', JSON.stringify({ id: 'z', secret }))
    expect(other.status).toBe(200)
  })
})
