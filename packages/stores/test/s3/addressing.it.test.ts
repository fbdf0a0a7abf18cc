import dns from 'node:dns'
import type { RequestListener } from 'node:http'
import { createVariantStore } from '@iaas/stores/composition/backends'
import { parseConfig } from '@iaas/common/config/load'
import { objectKey } from '@iaas/common/digest'
import { awsSettings } from '@iaas/stores/s3/config'
import { prepareS3Bucket } from '@iaas/stores/s3/prepare-bucket'
import { startVirtualHostedS3 } from '@iaas/testing/s3'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it, jest } from '@jest/globals'
import { z } from 'zod'
import { serve, serveBucket } from './_bucket-server.ts'

const key = objectKey(makeVariant(), 1_764_000_000_000)
const bytes = new Uint8Array(10)

type Settings = Readonly<Record<string, unknown>>

function readSettings(settings: Settings, env: Readonly<Record<string, string>> = {}) {
  const keys = { access_key: 'S3RVER', secret_key: 'S3RVER' }
  const aws = { ...keys, bucket: 'pictures', cache_host: 'https://cdn.example', ...settings }
  return parseConfig(z.object({ aws: awsSettings }), { aws }, env).aws
}

/** The variant store of a service that is configured so. */
async function openStore(settings: Settings, env: Readonly<Record<string, string>> = {}) {
  const aws = readSettings(settings, env)
  return createVariantStore({ aws, folders: { variants: '/nowhere' } }, {})
}

/** Every name below `s3.iaas.test` leads to this machine, as a wildcard of the DNS would. */
function resolveBucketNames(): Disposable {
  const lookup = dns.lookup.bind(dns) as (...args: unknown[]) => void
  const spy = jest.spyOn(dns, 'lookup')
  spy.mockImplementation((host: string, ...rest: unknown[]) =>
    lookup(host.endsWith('s3.iaas.test') ? '127.0.0.1' : host, ...rest),
  )
  return { [Symbol.dispose]: () => spy.mockRestore() }
}

describe('how a bucket is addressed', () => {
  it('is by its name in the host with aws.path_style=false, also in the preparation of the bucket', async () => {
    using _names = resolveBucketNames()
    const hosts: string[] = []
    await using server = await startVirtualHostedS3((host) => hosts.push(host))
    const settings = { endpoint: `http://s3.iaas.test:${server.port}`, path_style: false }
    await prepareS3Bucket(readSettings(settings)).catch(() => {})
    await using store = await openStore(settings)
    await store.variants.put(key, bytes, 'image/jpeg')
    const stored = await store.variants.open(key)
    expect(stored?.size).toBe(10)
    stored?.body.destroy()
    expect(new Set(hosts)).toEqual(new Set(['pictures.s3.iaas.test']))
  })

  it('is by its path on a server other than AWS, unless configured otherwise', async () => {
    await using s3 = await serveBucket()
    await using store = await openStore({ endpoint: s3.url })
    await store.variants.put(key, bytes, 'image/jpeg')
    expect(s3.requests.map(({ url }) => url)).toEqual([`/pictures/${key}?x-id=PutObject`])
  })

  it('is by its name in the host on AWS, and by its path with S3_PATH_STYLE=true', () => {
    expect(readSettings({}).server.pathStyle).toBeUndefined()
    expect(readSettings({}, { S3_PATH_STYLE: 'true' }).server.pathStyle).toBe(true)
  })
})

describe('the key prefix of a bucket', () => {
  it('stands before the keys of all objects, and in their addresses', async () => {
    await using s3 = await serveBucket()
    await using store = await openStore({ endpoint: s3.url }, { S3_KEY_PREFIX: '/images/small/' })
    const { variants, cdn } = store
    await variants.put(key, bytes, 'image/jpeg')
    ;(await variants.open(key))?.body.destroy()
    await variants.has(key)
    await variants.delete(key)
    const paths = s3.requests.map(({ url }) => url?.replace(/\?.*/, ''))
    expect(new Set(paths)).toEqual(new Set([`/pictures/images/small/${key}`]))
    expect(paths).toHaveLength(4)
    expect(cdn.address(key)).toBe(`https://cdn.example/images/small/${key}`)
    expect(cdn.keyOf(cdn.address(key))).toBe(key)
  })

  it('leaves links alone that were stored before it: they lead where they led, and are not looked for elsewhere', async () => {
    await using before = await openStore({})
    await using after = await openStore({ key_prefix: 'images' })
    const link = before.cdn.address(key)
    expect(link).toBe(`https://cdn.example/${key}`)
    expect(after.cdn.keyOf(link)).toBeUndefined()
  })

  it.each(['a//b', '../a', 'a/.', 'a b', 'ä', '?', 'a\n'])('is not %j', (prefix) => {
    expect(() => readSettings({ key_prefix: prefix })).toThrow(/aws\.key_prefix \(S3_KEY_PREFIX\)/)
  })
})

describe('a bucket of another region', () => {
  const elsewhere: RequestListener = (request, response) => {
    request.resume()
    response.writeHead(301, { 'x-amz-bucket-region': 'eu-central-1' })
    const hasBody = request.method !== 'HEAD'
    response.end(hasBody ? '<Error><Code>PermanentRedirect</Code></Error>' : undefined)
  }
  const malformed: RequestListener = (request, response) => {
    request.resume()
    const code = '<Code>AuthorizationHeaderMalformed</Code>'
    response.writeHead(400).end(`<Error>${code}<Region>eu-central-1</Region></Error>`)
  }
  const message =
    'The bucket is in the region eu-central-1, not in us-west-2: set aws.region (AWS_REGION).'

  it('F40 is told with the region to set, also where a question has no body', async () => {
    await using s3 = await serve(elsewhere)
    await using store = await openStore({ endpoint: s3.url, region: 'us-west-2' })
    const { variants } = store
    await expect(variants.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message })
    await expect(variants.put(key, bytes, 'image/jpeg')).rejects.toMatchObject({ message })
    await expect(variants.has(key)).rejects.toMatchObject({ message })
  })

  it('F40 is told where only the body names the region', async () => {
    await using s3 = await serve(malformed)
    await using store = await openStore({ endpoint: s3.url, region: 'us-west-2' })
    await expect(store.variants.open(key)).rejects.toMatchObject({ message })
  })

  it('is no guess: a refusal without a name has its status', async () => {
    await using s3 = await serve((request, response) => {
      request.resume()
      response.writeHead(403, { 'x-amz-bucket-region': 'auto' }).end()
    })
    await using store = await openStore({ endpoint: s3.url, region: 'us-west-2' })
    await expect(store.variants.ping()).rejects.toMatchObject({
      message: 'The variant store refused: 403 Forbidden.',
    })
  })
})
