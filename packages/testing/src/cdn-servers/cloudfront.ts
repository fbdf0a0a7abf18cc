import { createHmac, hash } from 'node:crypto'
import { type ApiReply, type ApiRequest, type ApiServer, startApiServer } from './api-server.ts'

export type CloudFrontServer = ApiServer & {
  /** Paths and tags of all invalidations. */
  readonly items: readonly string[]
  /** Completes what is pending. */
  complete(): void
  /** Forgets all invalidations. */
  forget(): void
}

export type CloudFrontKeys = { readonly accessKeyId: string; readonly secretAccessKey: string }

const mostItems = 3000
const mostWildcards = 15

/** Speaks CreateInvalidation and GetInvalidation of the API 2020-05-31: signature, XML, and the limits of what is pending. */
export async function startCloudFront(
  distribution: string,
  keys: CloudFrontKeys,
): Promise<CloudFrontServer> {
  const known = new Map<string, { readonly items: readonly string[]; isCompleted: boolean }>()
  const items: string[] = []
  const folder = `/2020-05-31/distribution/${distribution}/invalidation`

  function create({ body }: ApiRequest): ApiReply {
    const paths = [...body.matchAll(/<Path>([^<]*)<\/Path>/g)].map(([, path = '']) => path)
    const quantity = Number(/<Quantity>(\d+)</.exec(body)?.[1])
    if (quantity !== paths.length || !/<CallerReference>.+</.test(body)) {
      return refuse(400, 'InvalidArgument')
    }
    if (paths.some((path) => !/^(?:\/[\x21-\x7e]*|#[\x21-\x2b\x2d-\x7e]{1,256})$/.test(path))) {
      return refuse(400, 'InvalidArgument')
    }
    const pending = [...known.values()].filter((each) => !each.isCompleted)
    const all = [...pending.flatMap((each) => each.items), ...paths]
    const wildcards = all.filter((path) => path.endsWith('*')).length
    if (wildcards > mostWildcards || all.length - wildcards > mostItems) {
      return refuse(400, 'TooManyInvalidationsInProgress')
    }
    const id = `I${known.size + 1}`
    known.set(id, { items: paths, isCompleted: false })
    items.push(...paths)
    return describe(201, id, 'InProgress')
  }

  const server = await startApiServer((request) => {
    const { method, path } = request
    if (!isSigned(request, keys)) return refuse(403, 'SignatureDoesNotMatch')
    if (method === 'POST' && path === folder) return create(request)
    const found = path.startsWith(`${folder}/`) && known.get(path.slice(folder.length + 1))
    if (method !== 'GET' || found === false || found === undefined) {
      return refuse(404, 'NoSuchInvalidation')
    }
    return describe(
      200,
      path.slice(folder.length + 1),
      found.isCompleted ? 'Completed' : 'InProgress',
    )
  })
  return Object.assign(server, {
    items,
    complete: () => known.forEach((each) => (each.isCompleted = true)),
    forget: () => known.clear(),
  })
}

function describe(status: number, id: string, state: string): ApiReply {
  const body = `<?xml version="1.0"?><Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>${id}</Id><Status>${state}</Status><CreateTime>2026-12-01T00:00:00.000Z</CreateTime><InvalidationBatch><Paths><Quantity>0</Quantity></Paths><CallerReference>r</CallerReference></InvalidationBatch></Invalidation>`
  return { status, headers: { 'Content-Type': 'text/xml' }, body }
}

function refuse(status: number, code: string): ApiReply {
  const body = `<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`
  return { status, headers: { 'Content-Type': 'text/xml' }, body }
}

/** Checks a signature of version 4. */
function isSigned({ method, path, headers, body }: ApiRequest, keys: CloudFrontKeys): boolean {
  const given = String(headers['authorization'])
  const [, key = '', scope = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      given,
    ) ?? []
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const canonical = [method, path, '', lines.join(''), names, hash('sha256', body)].join('\n')
  const date = String(headers['x-amz-date'])
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hash('sha256', canonical)].join('\n')
  const parts = scope.split('/')
  const start: string | Buffer = `AWS4${keys.secretAccessKey}`
  const signing = parts.reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    start,
  )
  const right = createHmac('sha256', signing).update(toSign).digest('hex')
  return key === keys.accessKeyId && parts[2] === 'cloudfront' && right === signature
}
