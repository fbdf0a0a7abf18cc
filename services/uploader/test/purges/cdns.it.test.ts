import { cacheTag } from '@iaas/common/cache-tag'
import type { CdnPurger } from '@iaas/common/ports/cdn-purger'
import { createCloudflarePurger } from '@iaas/stores/cdn/cloudflare'
import { createCloudFrontPurger } from '@iaas/stores/cdn/cloudfront'
import { testCdn as cdn } from '@iaas/testing/cdn'
import { startCloudFront } from '@iaas/testing/cdn-servers/cloudfront'
import { startCloudflare } from '@iaas/testing/cdn-servers/cloudflare'
import { provideDatabase } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, describe, expect, it } from '@jest/globals'
import { createPurgeRig } from './_rig.ts'

const token = 'the-token-of-the-cdn'
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

async function startCdns() {
  const cloudflare = await startCloudflare('z', token)
  const cloudfront = await startCloudFront('E1', keys)
  const front = createCloudFrontPurger({
    name: 'front',
    distribution: 'E1',
    taggedSince: 0,
    endpoint: cloudfront.url,
    credentials: keys,
    cdn,
  })
  const flare = createCloudflarePurger({
    name: 'flare',
    zone: 'z',
    hosts: ['h'],
    token,
    endpoint: cloudflare.url,
    cdn,
  })
  return {
    cloudflare,
    cloudfront,
    purgers: [flare, { ...front, pollMs: 10 }] satisfies CdnPurger[],
    async [Symbol.asyncDispose]() {
      await cloudflare[Symbol.asyncDispose]()
      await cloudfront[Symbol.asyncDispose]()
    },
  }
}

const queues = await provideDatabase()
afterAll(() => queues[Symbol.asyncDispose]())

const createRig = () => createPurgeRig({ kind: 'postgres', url: queues.url })
const away = { status: 503 }

describe('a purge', () => {
  it('F58 is finished once every CDN has dropped the images and objects, and names the invalidations', async () => {
    await using rig = await createRig()
    await using cdns = await startCdns()
    const id = await rig.plant('a', 2)
    const [first = ''] = rig.objects.keys()
    await using _running = rig.start({}, cdns.purgers)
    const purge = await rig.order({ selector: { ids: [id] } })
    await until(() => cdns.cloudfront.requests.length > 2)
    expect(await rig.purges.find(purge)).toMatchObject({ state: 'running', phase: 'cdn' })
    cdns.cloudfront.complete()
    const receipt = await rig.untilEnd(purge)
    expect(receipt).toMatchObject({ state: 'finished', counts: { links: 2, objects: 2 } })
    expect(receipt?.cdns).toMatchObject([
      { name: 'flare', state: 'completed', sent: 3, invalidations: [{}, { state: 'completed' }] },
      {
        name: 'front',
        state: 'completed',
        sent: 1,
        invalidations: [{ id: 'I1', state: 'completed' }],
      },
    ])
    expect(cdns.cloudfront.items).toEqual([`#${cacheTag(id)}`])
    expect(cdns.cloudflare.purged).toHaveLength(3)
    expect(cdns.cloudflare.purged).toContain(`files:https://cdn.example/${first}`)
    expect((await rig.sql('SELECT FROM cdn_targets')).rowCount).toBe(0)
  })

  it('F58 waits for a CDN that is away or limits its rate, while the others go on', async () => {
    await using rig = await createRig()
    await using cdns = await startCdns()
    const id = await rig.plant('a', 1)
    cdns.cloudflare.failNext(away, { status: 429, headers: { 'Retry-After': '900' } })
    await using _running = rig.start({}, cdns.purgers)
    const purge = await rig.order({ selector: { ids: [id] } })
    await until(async () => (await rig.purges.find(purge))?.cdns[0]?.tries === 2)
    await until(() => cdns.cloudfront.items.length > 0)
    cdns.cloudfront.complete()
    await until(async () => (await rig.purges.find(purge))?.cdns[1]?.state === 'completed')
    expect((await rig.purges.find(purge))?.cdns[0]).toMatchObject({
      state: 'pending',
      failure: 'flare answers 429.',
      retry_at: expect.any(String),
    })
    expect(await rig.purges.find(purge)).toMatchObject({ state: 'running', counts: { objects: 1 } })
  })

  it('F58 fails by name after some attempts, keeps what was done, and is finished once it is resumed', async () => {
    await using rig = await createRig()
    await using cdns = await startCdns()
    const id = await rig.plant('a', 1)
    cdns.cloudflare.failNext(away, away, away)
    const running = rig.start({}, cdns.purgers.slice(0, 1))
    const options = { delete: true, now: true, keep_seconds: 0 }
    const purge = await rig.order({ selector: { ids: [id] }, options })
    await until(async () => (await rig.purges.find(purge))?.state === 'failed')
    expect(await rig.purges.find(purge)).toMatchObject({
      finishedAt: undefined,
      counts: { links: 1, objects: 1, originals: 1 },
      cdns: [{ name: 'flare', state: 'failed', tries: 3, failure: 'flare answers 503.' }],
    })
    await running[Symbol.asyncDispose]()
    await using _again = rig.start({}, cdns.purgers.slice(0, 1))
    await rig.resume(purge)
    expect(await rig.untilEnd(purge)).toMatchObject({
      state: 'finished',
      cdns: [{ state: 'completed', failure: null }],
    })
  })

  it('F58 sends again what a CDN has forgotten', async () => {
    await using rig = await createRig()
    await using cdns = await startCdns()
    const id = await rig.plant('a', 1)
    await using _running = rig.start({}, cdns.purgers.slice(1))
    const purge = await rig.order({ selector: { ids: [id] } })
    await until(() => cdns.cloudfront.items.length === 1)
    cdns.cloudfront.forget()
    await until(() => cdns.cloudfront.items.length === 2)
    cdns.cloudfront.complete()
    expect(await rig.untilEnd(purge)).toMatchObject({ state: 'finished' })
  })

  it('purges at the CDN the images that it found, or everything', async () => {
    await using rig = await createRig()
    await using cdns = await startCdns()
    const found = await rig.plant('shop-1', 1)
    await rig.plant('other', 1)
    await using _running = rig.start({}, cdns.purgers.slice(0, 1))
    const some = { selector: { prefix: 'shop-' }, options: { now: false, keep_seconds: 3600 } }
    await rig.untilEnd(await rig.order(some))
    expect(cdns.cloudflare.purged).toEqual([`tags:${cacheTag(found)}`])
    await rig.untilEnd(await rig.order({ selector: { everything: true } }))
    expect(cdns.cloudflare.purged).toContain('hosts:h')
  })

  it('F58 has the objects that are collected later dropped as well', async () => {
    await using rig = await createRig()
    await using cdns = await startCdns()
    await rig.plant('a', 1)
    const [key = ''] = rig.objects.keys()
    const first = rig.start()
    await rig.untilEnd(await rig.order({ options: { now: false, keep_seconds: 3600 } }))
    await first[Symbol.asyncDispose]()
    await rig.sql('UPDATE unlinked_objects SET due_at = now()')
    // The maintenance of one start collects the object, that of the next purges it.
    const second = rig.start({}, cdns.purgers.slice(0, 1))
    await until(() => rig.objects.size === 0)
    await until(async () => (await rig.sql('SELECT FROM unlinked_objects')).rowCount === 0)
    await second[Symbol.asyncDispose]()
    await using _third = rig.start({}, cdns.purgers.slice(0, 1))
    await until(() => cdns.cloudflare.purged.includes(`files:https://cdn.example/${key}`))
  })
})
