import { setTimeout as delay } from 'node:timers/promises'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Compose, docker, openCompose, untilHealthy } from '../support/compose.ts'
import { ask, askLocation, askUntil } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'
import { failuresOf, startLoad } from './_load.ts'

const pausedForMs = 20_000
const soonMs = 2000

describe('the edge in front of what hangs', () => {
  let target: Target
  let compose: Compose

  beforeAll(async () => {
    compose = openCompose(process.env['TEST_COMPOSE_PROJECT'] ?? '')
    target = await startTarget()
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  async function unpause(container: string): Promise<void> {
    await docker(['unpause', container])
    await untilHealthy(container)
  }

  it('F32 sends nothing more to an api that hangs, within seconds', async () => {
    const load = await startLoad(target.base, 'paused-api')
    const [victim = ''] = await compose.containers('api')
    const isSlow: boolean[] = []
    const ending = new AbortController()
    async function watch(): Promise<void> {
      while (!ending.signal.aborted) {
        const startedAt = performance.now()
        await ask(target.base, '/paused-api.jpg').catch(() => {})
        isSlow.push(performance.now() - startedAt > soonMs)
      }
    }
    await docker(['pause', victim])
    const watching = Promise.all([watch(), watch(), watch(), watch()])
    await delay(pausedForMs)
    const ready = await ask(target.base, '/readyz')
    await unpause(victim)
    ending.abort()
    await watching
    const tally = await load.stop()
    expect(ready.status).toBe(200)
    expect(failuresOf(tally)).toEqual({})
    expect(isSlow.filter(Boolean).length).toBeLessThan(0.02 * isSlow.length)
  })

  it('F60 gives up soon on a bucket that hangs, and has the api answer what no cache has', async () => {
    const isRedirect = ({ status }: { readonly status: number }) => status === 307
    const path = '/paused-api_44_44.jpg'
    const { headers } = await askUntil(isRedirect, target.base, path)
    const [bucket = ''] = await compose.containers('s3')
    await docker(['pause', bucket])
    try {
      const cold = await ask(target.base, new URL(headers.location ?? '').pathname)
      expect([cold.status, cold.headers['content-type']]).toEqual([200, 'image/jpeg'])
      expect(cold.headers['cache-control']).toBe('public, max-age=60')
      const isImage = ({ status }: { readonly status: number }) => status === 200
      const answer = await askUntil(isImage, target.base, path)
      expect(answer.headers['cache-control']).toBe('public, max-age=60')
    } finally {
      await unpause(bucket)
    }
    const back = await askUntil(isRedirect, target.base, path)
    await until(async () => (await askLocation(target.base, back)).status === 200)
  })
})
