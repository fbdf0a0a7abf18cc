import { cacheTag } from '@iaas/common/cache-tag'
import { createCdn } from '@iaas/common/cdn'
import { type ObjectKey, objectKey } from '@iaas/common/digest'
import { type ImageId, parseImageId } from '@iaas/common/image'
import type { CdnTargets } from '@iaas/common/ports/cdn-purger'
import { startCloudflare } from '@iaas/testing/cdn-servers/cloudflare'
import { startFastly } from '@iaas/testing/cdn-servers/fastly'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createCloudflarePurger } from '../../src/cdn/cloudflare.ts'
import { createFastlyPurger } from '../../src/cdn/fastly.ts'

const cdn = createCdn('https://cdn.example.com/images/')
const token = 'the-token-of-the-cdn'
const taggedSince = Date.parse('2026-12-01T00:00:00Z')
const ids = ['photo', 'café/1'.replace('/', ' ')].map((id) => parseImageId(id))

function keyAt(renderedAt: number): ObjectKey {
  return objectKey(makeVariant({ id: parseImageId('photo') }), renderedAt)
}

function targetsOf(images: readonly ImageId[], keys: readonly ObjectKey[] = []): CdnTargets {
  const addresses = images.map((id) => `/${encodeURIComponent(id)}`)
  return { tags: images.map(cacheTag), addresses, keys }
}

describe('the purger of Cloudflare', () => {
  async function start(given = token) {
    const server = await startCloudflare('zone1', token)
    const hosts = ['img.example.com', 'cdn.example.com']
    const options = { name: 'cloudflare', zone: 'zone1', hosts, token: given, cdn }
    return { server, purger: createCloudflarePurger({ ...options, endpoint: server.url }) }
  }

  it('purges answers by tag and objects by URL', async () => {
    const { server, purger } = await start()
    await using _server = server
    const done = await purger.purge(targetsOf(ids, [keyAt(1)]))
    expect(done).toEqual({ id: 'f2+f3', state: 'completed' })
    expect(server.purged).toEqual([
      ...ids.map((id) => `tags:${cacheTag(id)}`),
      `files:https://cdn.example.com/images/${keyAt(1)}`,
    ])
  })

  it('sends no more targets at once than are accepted, and purges its hosts for everything', async () => {
    const { server, purger } = await start()
    await using _server = server
    const many = Array.from({ length: purger.mostTargets }, (_, index) => parseImageId(`a${index}`))
    await purger.purge(targetsOf(many))
    expect(server.purged).toHaveLength(100)
    await purger.purge('everything')
    expect(server.purged.slice(100)).toEqual(['hosts:img.example.com', 'hosts:cdn.example.com'])
  })

  it('T73 names the status of a refusal, and nothing of what the answer or the request contains', async () => {
    const { server, purger } = await start('another-token')
    await using _server = server
    const failure = await purger.purge(targetsOf(ids)).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'CdnFailure', message: 'cloudflare answers 403.' })
  })

  it.each([
    [{ status: 429, headers: { 'Retry-After': '7' } }, 'cloudflare answers 429.', 7000],
    [{ status: 500 }, 'cloudflare answers 500.', undefined],
    [{ status: 200, body: '{"success":false}' }, 'cloudflare does not confirm a purge.', undefined],
    [{ status: 200, body: '<html>' }, 'cloudflare does not confirm a purge.', undefined],
  ])('F58 reports the answer %j as a failure', async (reply, message, retryAfterMs) => {
    const { server, purger } = await start()
    await using _server = server
    server.failNext(reply)
    await expect(purger.purge(targetsOf(ids))).rejects.toMatchObject({ message, retryAfterMs })
  })

  it('T73 follows no redirect, which would carry the token to another server', async () => {
    const { server, purger } = await start()
    await using _server = server
    await using other = await startCloudflare('zone1', token)
    const Location = `${other.url}/zones/zone1/purge_cache`
    server.failNext({ status: 307, headers: { Location } })
    await expect(purger.purge(targetsOf(ids))).rejects.toMatchObject({ name: 'CdnFailure' })
    expect(other.requests).toEqual([])
  })
})

describe('the purger of Fastly', () => {
  async function start() {
    const server = await startFastly('service1', token)
    const options = { name: 'fastly', service: 'service1', token, cdn, taggedSince }
    return { server, purger: createFastlyPurger({ ...options, endpoint: server.url }) }
  }

  it('purges by surrogate key, and objects that carry none by URL', async () => {
    const { server, purger } = await start()
    await using _server = server
    await purger.purge(targetsOf(ids))
    await purger.purge(targetsOf([], [keyAt(1)]))
    await purger.purge('everything')
    expect(server.purged).toEqual([
      ...ids.map((id) => `key:${cacheTag(id)}`),
      `url:cdn.example.com/images/${keyAt(1)}`,
      'all',
    ])
    expect(purger.needsKey(keyAt(taggedSince - 1))).toBe(true)
    expect(purger.needsKey(keyAt(taggedSince))).toBe(false)
  })

  it('sends a full batch, and takes one that is not confirmed for a failure', async () => {
    const { server, purger } = await start()
    await using _server = server
    const many = Array.from({ length: purger.mostTargets }, (_, index) => parseImageId(`a${index}`))
    await purger.purge(targetsOf(many))
    expect(server.purged).toHaveLength(256)
    server.failNext({ status: 200, body: '{"another":"1-1"}' })
    await expect(purger.purge(targetsOf(ids))).rejects.toThrow('fastly does not confirm a purge.')
  })
})
