import { cacheTag } from '@iaas/common/cache-tag'
import { parseImageId } from '@iaas/common/image'
import { type CloudflareServer, startCloudflare } from '@iaas/testing/cdn-servers/cloudflare'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, askLocation, askUntil, json, store } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { call, toApiKeys } from './_api.ts'

const key = 'the-key-of-deletions'
const token = 'the-token-of-cloudflare'
const tag = cacheTag(parseImageId('photo'))
const cdns = [
  { type: 'cloudflare', zone: 'zone1', hosts: ['img.example.com'] },
  { type: 'fastly', service: 's', tagged_since: '2026-12-01T00:00:00Z' },
]

describe('behind CDNs', () => {
  let cloudflare: CloudflareServer
  let stack: Stack

  beforeAll(async () => {
    cloudflare = await startCloudflare('zone1', token)
    const env = {
      API_KEYS: toApiKeys({ shop: { key, scopes: ['originals:write'] } }),
      CDNS: JSON.stringify(cdns),
      CLOUDFLARE_ENDPOINT: cloudflare.url,
      CLOUDFLARE_API_TOKEN: token,
      // Nothing listens there.
      FASTLY_ENDPOINT: 'http://127.0.0.1:9',
      FASTLY_API_TOKEN: 'the-token-of-fastly',
    }
    stack = await startStack({ env })
    await store(stack.base, 'photo', await makePhoto({ width: 120, height: 80, format: 'jpeg' }))
  })
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]()
    await cloudflare?.[Symbol.asyncDispose]()
  })

  it('F59 every answer about an image has its tag in the headers that they read, in whatever way it is made', async () => {
    const rendered = await ask(stack.base, '/photo_40_40.jpg')
    const isHit = ({ status }: { readonly status: number }) => status === 307
    const looked = await askUntil(isHit, stack.base, '/photo_40_40.jpg')
    const remembered = await ask(stack.base, '/photo_40_40.jpg')
    const others = await Promise.all(
      ['/photo.jpg', '/photo.json', '/photo_9999_9999.jpg', '/photo_40_40.jpg?proxy=true'].map(
        (path) => ask(stack.base, path),
      ),
    )
    const stored = await askLocation(stack.base, looked)
    const answers = [rendered, looked, remembered, ...others, stored]
    expect(answers.map(({ status }) => status)).toEqual([200, 307, 307, 200, 200, 307, 200, 200])
    for (const { headers } of answers) {
      expect([headers['cache-tag'], headers['surrogate-key']]).toEqual([tag, tag])
    }
    const missing = await ask(stack.base, '/missing_40_40.jpg')
    expect(missing.headers['cache-tag']).toBe(cacheTag(parseImageId('missing')))
    expect((await ask(stack.base, '/healthz')).headers['cache-tag']).toBeUndefined()
  })

  it('F58 a deletion is done but not finished, and its receipt says which CDN has it and which has not', async () => {
    const answer = await call(stack.base, key, '/originals/photo?wait=3', { method: 'DELETE' })
    expect(answer.status).toBe(202)
    expect(json(answer)).toMatchObject({
      state: 'running',
      phase: 'cdn',
      counts: { originals: 1, links: 1, objects: 1 },
      cdn_state: 'pending',
      cdn: [
        { name: 'cloudflare', state: 'completed', sent: 2 },
        { name: 'fastly', state: 'pending', failure: 'fastly does not answer.' },
      ],
      finished_at: null,
    })
    expect(cloudflare.purged[0]).toBe(`tags:${tag}`)
    expect((await ask(stack.base, '/photo_40_40.jpg')).status).toBe(410)
  })
})
