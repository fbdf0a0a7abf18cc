import { cacheTag } from '@iaas/common/cache-tag'
import { createCdn } from '@iaas/common/cdn'
import { objectKey } from '@iaas/common/digest'
import { parseImageId } from '@iaas/common/image'
import { startCloudFront } from '@iaas/testing/cdn-servers/cloudfront'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { createCloudFrontPurger } from '../../src/cdn/cloudfront.ts'

const cdn = createCdn('https://cdn.example.com/images/')
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }
const taggedSince = Date.parse('2026-12-01T00:00:00Z')
const ids = ['photo', 'a b', 'café'].map((id) => parseImageId(id))
const key = objectKey(makeVariant({ id: parseImageId('photo') }), 1)
const targets = {
  tags: ids.map(cacheTag),
  addresses: ids.map((id) => `/${encodeURIComponent(id)}`),
  keys: [key],
}

async function start(changes: { readonly taggedSince?: number; readonly secret?: string } = {}) {
  const server = await startCloudFront('E1', keys)
  const credentials = { ...keys, ...(changes.secret && { secretAccessKey: changes.secret }) }
  const purger = createCloudFrontPurger({
    name: 'cloudfront',
    distribution: 'E1',
    taggedSince: changes.taggedSince,
    endpoint: server.url,
    credentials,
    cdn,
  })
  return { server, purger }
}

describe('the purger of CloudFront', () => {
  it('invalidates tags where the distribution reads them, and paths of objects without one', async () => {
    const { server, purger } = await start({ taggedSince })
    await using _server = server
    const { id, state } = await purger.purge(targets)
    expect(state).toBe('pending')
    expect(server.items).toEqual([...ids.map((each) => `#${cacheTag(each)}`), `/images/${key}`])
    expect(await purger.stateOf(id)).toBe('pending')
    server.complete()
    expect(await purger.stateOf(id)).toBe('completed')
    expect(purger.needsKey(key)).toBe(true)
    const later = objectKey(makeVariant({ id: parseImageId('photo') }), taggedSince)
    expect(purger.needsKey(later)).toBe(false)
  })

  it('invalidates paths where the distribution reads no tags', async () => {
    const { server, purger } = await start()
    await using _server = server
    await purger.purge(targets)
    await purger.purge('everything')
    expect(server.items).toEqual(['/photo*', '/a%20b*', '/caf%C3%A9*', `/images/${key}`, '/*'])
  })

  it('F58 keeps within the limits of what may be pending, and reports their excess as a failure', async () => {
    const { server, purger } = await start()
    await using _server = server
    const addresses = Array.from({ length: purger.mostImages }, (_, index) => `/a${index}`)
    for (let count = 0; count < purger.mostPending; count += 1) {
      await purger.purge({ tags: [], addresses, keys: [] })
    }
    await expect(purger.purge({ tags: [], addresses, keys: [] })).rejects.toMatchObject({
      name: 'CdnFailure',
      message: 'cloudfront does not accept a request: TooManyInvalidationsInProgress.',
    })
  })

  it('T73 reports refused credentials by the name of the error', async () => {
    const { server, purger } = await start({ secret: 'another' })
    await using _server = server
    await expect(purger.purge(targets)).rejects.toMatchObject({
      message: 'cloudfront does not accept a request: SignatureDoesNotMatch.',
    })
  })

  it('F58 reports an invalidation that CloudFront does not know any more', async () => {
    const { server, purger } = await start()
    await using _server = server
    const { id } = await purger.purge(targets)
    server.forget()
    expect(await purger.stateOf(id)).toBe('unknown')
  })
})
