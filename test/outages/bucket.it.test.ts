import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ownRedisMissing } from '@iaas/testing/redis'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { call, toApiKeys } from '../management/_api.ts'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { type Answer, ask, askUntil, json, store } from '../support/http.ts'
import { type OriginGroup, startOriginGroup } from '../support/origin-group.ts'
import type { Stack } from '../support/stack.ts'

const isRedirect = ({ status }: Answer) => status === 307
const isImage = ({ status }: Answer) => status === 200
const key = 'a-key-of-the-management-api'
const env = {
  LINKS_SECRET: 'a secret that all services share',
  LINKS_COMPACT: 'true',
  API_KEYS: toApiKeys({ all: { key, scopes: ['originals:write'] } }),
}

describeUnless(ownRedisMissing, 'the bucket', () => {
  let deployed: Deployed
  let api: Stack
  let cdn: OriginGroup
  let serial = 0

  beforeAll(async () => {
    deployed = await provideDeployment()
    await deployed.start('renderer')
    api = await deployed.start('api', { env })
    await deployed.start('uploader', { env })
    cdn = await startOriginGroup(`http://127.0.0.1:${deployed.proxies.s3.port}`, api.base)
    await store(api.base, 'photo', await makePhoto({ width: 300, height: 200, format: 'jpeg' }))
  })
  afterAll(async () => {
    await cdn?.[Symbol.asyncDispose]()
    await deployed?.[Symbol.asyncDispose]()
  })

  async function makeStored(): Promise<string> {
    const path = `/photo_${(serial += 1)}_97.jpg`
    await askUntil(isRedirect, api.base, path)
    return path
  }

  /** Returns the path of the object of a new variant. */
  async function makeObject(): Promise<string> {
    const { headers } = await askUntil(isRedirect, api.base, await makeStored())
    return new URL(headers.location ?? '').pathname
  }

  it.each(['refuse', 'hang'] as const)(
    'F31 that does not answer (%s) is noticed: hits are answered here until it is back',
    async (kind) => {
      const path = await makeStored()
      await deployed.proxies.s3.set({ kind })
      const { headers, body } = await askUntil(isImage, api.base, path)
      expect(headers['cache-control']).toBe('public, max-age=60')
      expect(body.length).toBeGreaterThan(0)
      await deployed.proxies.s3.set({ kind: 'none' })
      const { headers: back } = await askUntil(isRedirect, api.base, path)
      expect(back.location).toContain(deployed.bucketUrl)
    },
  )

  it.each(['none', 'refuse'] as const)(
    'F60 is answered by a cold CDN while the bucket does this: %s',
    async (kind) => {
      const object = await makeObject()
      await deployed.proxies.s3.set({ kind })
      const answer = await ask(cdn.base, object)
      await deployed.proxies.s3.set({ kind: 'none' })
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg'])
      expect(answer.body.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
      if (kind !== 'none') expect(answer.headers['cache-control']).toBe('public, max-age=60')
    },
  )

  it('F60 is rendered again if it was lost, and pages of any origin may read it', async () => {
    const object = await makeObject()
    const removed = await ask(new URL(deployed.bucketUrl).origin, object, { method: 'DELETE' })
    expect(removed.status).toBe(204)
    const lost = await ask(cdn.base, object)
    expect([lost.status, lost.headers['cache-control']]).toEqual([200, 'public, max-age=60'])
    expect(lost.headers['access-control-allow-origin']).toBe('*')
    const preflight = await ask(api.base, object, { method: 'OPTIONS' })
    const allowed = preflight.headers['access-control-allow-methods']
    expect([preflight.status, allowed]).toEqual([204, 'GET, HEAD'])
    const posted = await ask(api.base, object, { method: 'POST', body: 'x' })
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it('R81 is 404 under a key that somebody made up', async () => {
    const forged = (await makeObject()).replace(/\/\d+x97-/, '/290x97-')
    const { status, body } = await ask(api.base, forged)
    expect([status, JSON.parse(body.toString())]).toEqual([
      404,
      expect.objectContaining({ type: 'urn:iaas:problem:original-not-found' }),
    ])
  })

  it('R81 is 410 once its image is deleted', async () => {
    await store(api.base, 'lost', await makePhoto({ width: 300, height: 200, format: 'jpeg' }))
    const { headers } = await askUntil(isRedirect, api.base, '/lost_10_10.jpg')
    const object = new URL(headers.location ?? '').pathname
    const deleted = await call(api.base, key, '/originals/lost?wait=30', { method: 'DELETE' })
    expect([deleted.status, json(deleted)['state']]).toEqual([200, 'verifying'])
    const gone = await ask(cdn.base, object)
    expect([gone.status, gone.headers['cache-control']]).toEqual([410, 'public, max-age=60'])
  })
})
