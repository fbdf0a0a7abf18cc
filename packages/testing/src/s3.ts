import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import S3rver from 's3rver'
import type { Provided } from './postgres.ts'
import { honourConditions } from './s3-conditions.ts'
import { listInParts } from './s3-listing.ts'
import { createTemporaryFolder } from './temporary-folder.ts'

export type Bucket = {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const region = 'us-east-1'

export type TestS3Options = {
  /** A server that compares `If-Match` and `If-None-Match` of puts, or one that ignores both, as older stores do. */
  readonly conditions?: 'compared' | 'ignored'
}

/** Starts an S3 server over HTTP: `TEST_S3_ENDPOINT` or `S3_ENDPOINT`, otherwise s3rver in this process. */
export async function startTestS3({
  conditions = 'compared',
}: TestS3Options = {}): Promise<Provided> {
  const endpoint = process.env['TEST_S3_ENDPOINT'] ?? process.env['S3_ENDPOINT']
  if (endpoint !== undefined && conditions === 'compared') {
    return { url: endpoint, async [Symbol.asyncDispose]() {} }
  }
  const folder = await createTemporaryFolder()
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: folder.path })
  storeAtOnce(server, folder.path)
  listInParts(server)
  if (conditions === 'compared') honourConditions(server)
  const { port } = await server.run()
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await server.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

type StoredObject = {
  readonly bucket: string
  readonly key: string
  readonly content: Readable | Buffer
  readonly metadata: unknown
}

/** Object storage of s3rver, which is missing in its types. */
type Store = {
  putObject(object: StoredObject): Promise<{ readonly size: number; readonly md5: string }>
  getResourcePath(bucket: string, key: string, resource: 'object'): string
  putMetadata(bucket: string, key: string, metadata: unknown, md5: string): Promise<void>
}

/**
 * Makes objects atomic, as in S3. s3rver writes into the object itself, so an interrupted request leaves a part of it,
 * or nothing of the previous object.
 */
function storeAtOnce(server: S3rver, folder: string): void {
  const { store } = server as unknown as { readonly store: Store }
  store.putObject = async ({ bucket, key, content, metadata }) => {
    const bytes = Buffer.isBuffer(content) ? content : await buffer(content)
    const path = store.getResourcePath(bucket, key, 'object')
    const temporary = join(folder, randomBytes(16).toString('hex'))
    await writeFile(temporary, bytes)
    await mkdir(dirname(path), { recursive: true })
    await rename(temporary, path)
    const md5 = createHash('md5').update(bytes).digest('hex')
    await store.putMetadata(bucket, key, metadata, md5)
    return { size: bytes.length, md5 }
  }
}

/** Starts a server with the bucket in the host name: `BUCKET.s3.iaas.test`. Its port is on the loopback. */
export async function startVirtualHostedS3(
  onHost: (host: string) => void,
): Promise<AsyncDisposable & { readonly port: number }> {
  const folder = await createTemporaryFolder()
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder.path,
    serviceEndpoint: 'iaas.test',
  })
  // s3rver is an application of Koa, which is missing in its types.
  const { middleware } = server as unknown as { middleware: unknown[] }
  middleware.unshift((context: { readonly hostname: string }, next: () => Promise<void>) => {
    onHost(context.hostname)
    return next()
  })
  const { port } = await server.run()
  return {
    port,
    async [Symbol.asyncDispose]() {
      await server.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Creates an empty bucket on a server. */
export async function createBucket(endpoint: string): Promise<Bucket> {
  const bucket = `test-${randomBytes(8).toString('hex')}`
  const credentials = {
    accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? 'S3RVER',
    secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'S3RVER',
  }
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
  return { endpoint, bucket, region, credentials }
}
