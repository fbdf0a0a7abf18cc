import { once } from 'node:events'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { provideDatabase } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'
import { ask, getToken, store, upload } from '../support/http.ts'
import { startStack } from '../support/stack.ts'

describe('an api that ends behind a load balancer', () => {
  it('F33 says so and still takes uploads for a while, and then none', async () => {
    await using database = await provideDatabase()
    await using api = await startStack({
      entry: 'services/api/dist/main.js',
      env: { DATABASE_URL: database.url, LAME_DUCK: '5000' },
    })
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    await store(api.base, 'early', photo)
    const exited = once(api.process, 'exit')
    api.process.kill('SIGTERM')
    await until(async () => (await ask(api.base, '/readyz')).status === 503)
    const liveness = await ask(api.base, '/healthz')
    expect([liveness.status, liveness.body.toString()]).toEqual([200, 'draining'])
    const late = await upload(api.base, 'late', await getToken(api.base, 'late'), photo)
    expect(late.status).toBe(200)
    expect((await ask(api.base, '/late_20_20.jpg')).status).toBe(200)
    expect(await exited).toEqual([0, null])
    await expect(ask(api.base, '/healthz')).rejects.toThrow('ECONNREFUSED')
  })
})
