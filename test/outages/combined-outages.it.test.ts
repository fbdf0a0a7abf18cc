import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ownRedisMissing } from '@iaas/testing/redis'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import {
  type Deployed,
  type DependencyName,
  dependencies,
  provideDeployment,
} from '../support/deployed.ts'
import { ask, askUntil, postToken, store } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import type { Fault } from '../support/tcp-proxy.ts'

/** The first answer pays for each dependency that it finds hung, ms. */
const firstWithinMs = 15_000
/** Far less than what is waited for, and far more than a busy machine takes. */
const bootedWithinMs = 20_000

const pairs = dependencies.flatMap((one, index) =>
  dependencies.slice(index + 1).map((other) => [one, other] as const),
)
const faults: readonly Fault[] = [{ kind: 'refuse' }, { kind: 'hang' }]

describeUnless(ownRedisMissing, 'several dependencies away at once', () => {
  let deployed: Deployed
  let api: Stack
  let photo: Buffer
  let serial = 0

  beforeAll(async () => {
    deployed = await provideDeployment()
    await deployed.start('renderer')
    api = await deployed.start('api')
    await deployed.start('uploader')
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await store(api.base, 'photo', photo)
  })
  afterAll(() => deployed?.[Symbol.asyncDispose]())

  const newPath = () => `/photo_${(serial += 1)}_98.jpg`

  async function setAll(names: readonly DependencyName[], fault: Fault): Promise<void> {
    for (const name of names) await deployed.proxies[name].set(fault)
  }

  it.each(pairs)(
    'F23 with %s and %s cut off, every GET of an original is answered',
    async (...pair) => {
      for (const fault of faults) {
        await setAll(pair, fault)
        const startedAt = performance.now()
        expect((await ask(api.base, newPath())).status).toBe(200)
        expect(performance.now() - startedAt).toBeLessThan(firstWithinMs)
        expect((await ask(api.base, newPath())).status).toBe(200)
        expect((await ask(api.base, '/photo.jpg')).body.equals(photo)).toBe(true)
        await setAll(pair, { kind: 'none' })
        await askUntil(({ status }) => status === 307, api.base, newPath())
      }
    },
  )
})

describeUnless(ownRedisMissing, 'a start while everything else is down', () => {
  it('F7 waits for none of it, serves originals, and all the rest once it is there', async () => {
    await using deployed = await provideDeployment()
    const first = await deployed.start('api')
    const photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await store(first.base, 'photo', photo)
    await first.stop()
    for (const name of dependencies) await deployed.proxies[name].set({ kind: 'refuse' })
    const startedAt = performance.now()
    const api = await deployed.start('api')
    expect(performance.now() - startedAt).toBeLessThan(bootedWithinMs)
    await deployed.start('uploader')
    expect((await ask(api.base, '/photo.jpg')).body.equals(photo)).toBe(true)
    expect((await ask(api.base, '/photo_20_20.jpg')).status).toBe(200)
    expect((await postToken(api.base, { id: 'new' })).status).toBe(503)
    for (const name of dependencies) await deployed.proxies[name].set({ kind: 'none' })
    await askUntil(({ status }) => status === 307, api.base, '/photo_20_20.jpg')
    await store(api.base, 'new', photo)
  })

  it('F7 with Redis hung, that takes no longer, and the queue attaches when Redis answers', async () => {
    await using deployed = await provideDeployment()
    deployed.redis.process.kill('SIGSTOP')
    const startedAt = performance.now()
    const api = await deployed.start('api')
    expect(performance.now() - startedAt).toBeLessThan(bootedWithinMs)
    await deployed.start('uploader')
    const photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await store(api.base, 'photo', photo)
    expect((await ask(api.base, '/photo_20_20.jpg')).status).toBe(200)
    deployed.redis.process.kill('SIGCONT')
    await askUntil(({ status }) => status === 307, api.base, '/photo_20_20.jpg')
  })
})
