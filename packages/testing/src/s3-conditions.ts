import type S3rver from 's3rver'

/** Parts of s3rver that are missing in its types. */
type Internals = {
  readonly store: {
    getObject(bucket: string, key: string): Promise<Found | undefined>
  }
  readonly middleware: unknown[]
}

type Found = {
  readonly metadata: { readonly etag: string }
  readonly content?: { destroy(): void }
}

/** Context of Koa. */
type Context = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  status: number
  body: unknown
  type: string
}

/** Refuses puts whose `If-Match` or `If-None-Match` does not hold, as S3 does. s3rver ignores both. */
export function honourConditions(server: S3rver): void {
  const { store, middleware } = server as unknown as Internals
  let last: Promise<unknown> = Promise.resolve()

  async function holds({ path, headers }: Context): Promise<boolean> {
    const [, bucket = '', ...key] = path.split('/')
    const found = await store.getObject(bucket, decodeURIComponent(key.join('/')))
    found?.content?.destroy()
    const tag = found?.metadata.etag
    if (headers['if-none-match'] === '*') return tag === undefined
    return tag !== undefined && tag.replaceAll('"', '') === headers['if-match']?.replaceAll('"', '')
  }

  middleware.unshift(async (context: Context, next: () => Promise<void>) => {
    const { method, headers } = context
    const isConditional = 'if-match' in headers || 'if-none-match' in headers
    if (method !== 'PUT') return next()
    // One put at a time, so that nothing changes between the comparison and the put.
    const before = last
    const { promise, resolve: end } = deferred()
    last = promise
    await before
    try {
      if (!isConditional || (await holds(context))) return await next()
      context.status = 412
      context.type = 'application/xml'
      context.body = '<Error><Code>PreconditionFailed</Code><Message>No.</Message></Error>'
    } finally {
      end()
    }
  })
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  const made: { resolve?: () => void } = {}
  const promise = new Promise<void>((resolve) => {
    made.resolve = resolve
  })
  return { promise, resolve: () => made.resolve?.() }
}
