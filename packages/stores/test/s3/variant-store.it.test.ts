import { type RequestListener, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { objectKey } from '@iaas/common/digest'
import { type S3VariantStoreOptions, createS3VariantStore } from '@iaas/stores/s3/variant-store'
import { describeVariantStore } from '@iaas/testing/contracts/variant-store'
import { createBucket, startTestS3 } from '@iaas/testing/s3'
import { until } from '@iaas/testing/until'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, describe, expect, it } from '@jest/globals'
import { serve } from './_bucket-server.ts'

const server = await startTestS3()
afterAll(() => server[Symbol.asyncDispose]())

const unavailable = { code: 'STORE_UNAVAILABLE' }
const newKey = () => objectKey(makeVariant(), 1_764_000_000_000)

describeVariantStore('the S3 variant store', async () => {
  const variants = createS3VariantStore(await createBucket(server.url))
  return {
    variants,
    async [Symbol.asyncDispose]() {
      variants.close()
    },
  }
})

describe('the S3 variant store', () => {
  it('tells S3 what an object is, and that it never changes', async () => {
    const bucket = await createBucket(server.url)
    const variants = createS3VariantStore(bucket)
    const client = new S3Client({ ...bucket, forcePathStyle: true })
    const key = newKey()
    await variants.put(key, new Uint8Array(10), 'image/webp')
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket.bucket, Key: key }))
    expect(head.ContentType).toBe('image/webp')
    expect(head.CacheControl).toBe('public, max-age=31536000, immutable')
    expect(head.ContentLength).toBe(10)
    variants.close()
    client.destroy()
  })

  it('lists keys without the folder of the bucket, and nothing beside that folder', async () => {
    const bucket = await createBucket(server.url)
    const inFolder = createS3VariantStore({ ...bucket, keyPrefix: 'images' })
    const beside = createS3VariantStore({ ...bucket, keyPrefix: 'images-of-others' })
    const variant = makeVariant()
    const [first, second] = [objectKey(variant, 1), objectKey(variant, 2)]
    for (const key of [first, second]) await inFolder.put(key, new Uint8Array(10), 'image/jpeg')
    await beside.put(first, new Uint8Array(10), 'image/jpeg')
    const part = await inFolder.list('', { limit: 1 })
    expect(part).toMatchObject({ objects: [{ key: first }], next: first })
    const rest = await inFolder.list(first.slice(0, 5), { after: part.next })
    expect(rest).toMatchObject({ objects: [{ key: second }], next: undefined })
    inFolder.close()
    beside.close()
  })

  it('says that it is not available where the bucket is missing, also when reading', async () => {
    const bucket = await createBucket(server.url)
    const variants = createS3VariantStore({
      ...bucket,
      bucket: 'there-is-no-such-bucket',
    })
    const put = variants.put(newKey(), new Uint8Array(10), 'image/png')
    await expect(put).rejects.toMatchObject(unavailable)
    await expect(variants.open(newKey())).rejects.toMatchObject(unavailable)
    await expect(variants.list('')).rejects.toMatchObject(unavailable)
    variants.close()
  })
})

/** A server that misbehaves, and a store that believes it to be S3. */
async function openAgainst(listener: RequestListener, part: Partial<S3VariantStoreOptions> = {}) {
  const server = await serve(listener)
  const variants = createS3VariantStore({
    endpoint: server.url,
    bucket: 'bucket',
    region: 'us-east-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    timeoutMs: 200,
    ...part,
  })
  return {
    variants,
    async [Symbol.asyncDispose]() {
      variants.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

type Misbehaviour = readonly [name: string, listener: RequestListener]

/** Begins an answer of 1000 bytes. */
const begin = (response: ServerResponse) => response.writeHead(200, { 'content-length': '1000' })

const headOnly: Misbehaviour = [
  'sends nothing after the head of an answer',
  (_request, response) => begin(response).flushHeaders(),
]

const misbehaviours: readonly Misbehaviour[] = [
  ['never answers', () => {}],
  ['cuts the connection', (request) => void request.socket.destroy()],
  [
    'asks to slow down',
    (request, response) => {
      request.resume()
      response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>')
    },
  ],
  [
    'refuses the keys',
    (request, response) => {
      request.resume()
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>')
    },
  ],
]

/** Answers no request before so many are there at once. */
function answerTogether(calls: number): RequestListener {
  const waiting: ServerResponse[] = []
  return (request, response) => {
    request.resume()
    waiting.push(response)
    if (waiting.length === calls) for (const each of waiting) each.end()
  }
}

describe('the S3 variant store', () => {
  it('sends as many requests at once as it may have connections', async () => {
    const connections = 80
    await using opened = await openAgainst(answerTogether(connections), {
      connections,
      timeoutMs: 5000,
    })
    const puts = Array.from({ length: connections }, () =>
      opened.variants.put(newKey(), new Uint8Array(100), 'image/png'),
    )
    await expect(Promise.all(puts)).resolves.toHaveLength(connections)
  })
})

describe('the S3 variant store, of a server that refuses', () => {
  it('says why, in the words of the server, and nothing else of what it said', async () => {
    await using opened = await openAgainst((request, response) => {
      request.resume()
      const message = '<Message>The key AKIASECRET may not do that.</Message>'
      response.writeHead(403).end(`<Error><Code>AccessDenied</Code>${message}</Error>`)
    })
    const put = opened.variants.put(newKey(), new Uint8Array(10), 'image/png')
    const message = 'The variant store refused: AccessDenied.'
    await expect(put).rejects.toMatchObject({ ...unavailable, message })
  })

  it('tells it from one that does not answer', async () => {
    await using opened = await openAgainst((request) => void request.socket.destroy())
    const put = opened.variants.put(newKey(), new Uint8Array(10), 'image/png')
    const message = 'The variant store does not answer.'
    await expect(put).rejects.toMatchObject({ ...unavailable, message })
  })
})

/** 1000 bytes in two seconds. */
async function trickle(response: ServerResponse): Promise<void> {
  for (const _ of Array.from({ length: 20 })) {
    response.write(Buffer.alloc(50))
    await delay(100)
  }
  response.end()
}

describe('the S3 variant store, of a server that', () => {
  it.each(misbehaviours)('F10 %s, says that nothing can be stored', async (_name, listener) => {
    await using opened = await openAgainst(listener)
    const put = opened.variants.put(newKey(), new Uint8Array(100_000), 'image/png')
    await expect(put).rejects.toMatchObject(unavailable)
  })

  it.each([headOnly, ...misbehaviours])(
    '%s, says that nothing can be read',
    async (_name, listener) => {
      await using opened = await openAgainst(listener)
      await expect(opened.variants.open(newKey())).rejects.toMatchObject(unavailable)
    },
  )

  it('sends nothing after the head of an answer, ends the request by itself', async () => {
    let ended = 0
    await using opened = await openAgainst((request, response) => {
      request.socket.once('close', () => void (ended += 1))
      headOnly[1](request, response)
    })
    await expect(opened.variants.open(newKey())).rejects.toMatchObject(unavailable)
    await until(() => ended === 1)
  })

  it('R25 stops half-way through an answer, ends the request when the reader leaves', async () => {
    let ended = 0
    await using opened = await openAgainst((request, response) => {
      request.socket.once('close', () => void (ended += 1))
      begin(response).write('half')
    })
    const object = await opened.variants.open(newKey())
    object?.body.destroy()
    await until(() => ended === 1)
  })

  it('R25 breaks off half-way through an answer, fails the reader', async () => {
    await using opened = await openAgainst((request, response) => {
      begin(response).write('half', () => request.socket.destroy())
    })
    const object = await opened.variants.open(newKey())
    await expect(object && buffer(object.body)).rejects.toThrow('aborted')
  })

  it('R25 sends for longer than a call may take, is read to the end', async () => {
    await using opened = await openAgainst((_request, response) => {
      void trickle(begin(response))
    })
    const object = await opened.variants.open(newKey())
    expect(object && (await buffer(object.body)).length).toBe(1000)
  })
})
