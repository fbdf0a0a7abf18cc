import type S3rver from 's3rver'

type Metadata = { readonly etag: string }

type Listed = {
  readonly key: string
  readonly size: number
  readonly lastModifiedDate: Date
  readonly metadata: Metadata
}

/** Parts of s3rver that are missing in its types. */
type Internals = {
  readonly store: {
    getBucket(name: string): Promise<object | undefined>
    listObjects(
      bucket: string,
      options: { readonly prefix: string },
    ): Promise<{ readonly objects: readonly Listed[] }>
  }
  readonly middleware: unknown[]
}

/** Context of Koa. */
type Context = {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string | undefined>>
  body: unknown
  type: string
}

/**
 * Answers ListObjectsV2 as S3 does. s3rver encrypts its tokens with DES, which OpenSSL no longer has, so each listing
 * with a second part fails; and it lists a folder before the objects whose names begin like it.
 */
export function listInParts(server: S3rver): void {
  const { store, middleware } = server as unknown as Internals
  middleware.unshift(async (context: Context, next: () => Promise<void>) => {
    const { method, path, query } = context
    const bucket = path.replaceAll('/', '')
    if (method !== 'GET' || query['list-type'] !== '2') return next()
    if ((await store.getBucket(bucket)) === undefined) return next()
    const { prefix = '', 'start-after': after = '', 'max-keys': limit = '1000' } = query
    const { objects } = await store.listObjects(bucket, { prefix })
    const following = objects.filter(({ key }) => key > after).toSorted(byKey)
    const part = following.slice(0, Number(limit))
    context.body = writeListing(part, part.length < following.length)
    context.type = 'application/xml'
  })
}

function byKey(one: Listed, other: Listed): number {
  return one.key < other.key ? -1 : 1
}

function writeListing(objects: readonly Listed[], isTruncated: boolean): string {
  const contents = objects.map(
    ({ key, size, lastModifiedDate, metadata }) =>
      `<Contents><Key>${escapeXml(key)}</Key><LastModified>${lastModifiedDate.toISOString()}</LastModified><ETag>${escapeXml(metadata.etag)}</ETag><Size>${size}</Size></Contents>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}</ListBucketResult>`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
