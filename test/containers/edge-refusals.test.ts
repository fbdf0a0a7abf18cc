import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { type Compose, openCompose } from '../support/compose.ts'
import { ask, json, store } from '../support/http.ts'
import { startTarget } from '../support/target.ts'

const key = 'a-key-of-the-container-tests'
/** How long the edge repeats an answer of the api: docs/decisions/0008, ms. */
const ttlMs = 2000
const expiredAfterMs = 10_000

/** An address that expires in so many seconds. */
function signFor(seconds: number, path: string): string {
  const text = `${path}?expires=${Math.floor(Date.now() / 1000) + seconds}`
  return `${text}&s=${createHmac('sha256', key).update(text).digest('base64url')}`
}

describe('what the api refuses', () => {
  let compose: Compose
  let photo: Buffer

  beforeAll(async () => {
    compose = openCompose(process.env['TEST_COMPOSE_PROJECT'] ?? '')
    photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
  })

  /** The statuses of a crowd that asks for the same. */
  async function askAll(base: string, path: string): Promise<ReadonlySet<number>> {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(base, path)))
    return new Set(answers.map(({ status }) => status))
  }

  async function expectAlways(base: string, path: string, status: number): Promise<void> {
    for (let round = 0; round < 5; round += 1) {
      expect(await askAll(base, path)).toEqual(new Set([status]))
    }
  }

  it('R36 is refused by the edge once its signature has expired, however many ask', async () => {
    const { base } = await startTarget({ config: { signing: { keys: [key] } } })
    await store(base, 'photo', photo)
    const path = signFor(4, '/photo.jpg')
    expect(await askAll(base, path)).toEqual(new Set([200]))
    await until(async () => (await askAll(base, path)).has(403), expiredAfterMs)
    await expectAlways(base, path, 403)
  })

  it('R36 replaces what the edge had, also for the time when no api answers', async () => {
    const { base } = await startTarget()
    await store(base, 'photo', photo)
    expect(await askAll(base, '/photo.jpg')).toEqual(new Set([200]))
    const remove = "require('node:fs').rmSync('/data/originals/_hashed', { recursive: true })"
    await compose.script('api', remove)
    await delay(ttlMs + 500)
    await expectAlways(base, '/photo.jpg', 404)
    await compose.run(['stop', '-t', '20', 'api'])
    const answer = await ask(base, '/photo.jpg')
    await compose.run(['start', 'api'])
    expect([404, 502, 504]).toContain(answer.status)
    expect(json(answer)['status']).toBe(answer.status)
    await until(async () => (await ask(base, '/readyz')).status === 200, 60_000)
  })
})
