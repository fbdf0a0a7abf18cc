import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { equalSecrets } from '@iaas/common/equal-secrets'
import { purgeRequest } from './purge-targets.ts'
import type { Purges } from './purges.ts'

export type PurgerAppOptions = {
  readonly purges: Pick<Purges, 'begin' | 'stateOf'>
  readonly secret: string
}

type Answer = { readonly status: number; readonly body?: unknown }

const maxBodyBytes = 4 * 2 ** 20
const healthPaths = new Set(['/healthz', '/readyz'])
const idPath = /^\/purges\/([\w-]{1,64})$/

/** Answers `POST /purges`, `GET /purges/{id}`, `GET /healthz` and `GET /readyz`. The secret is checked before path and body. */
export function createPurgerApp({ purges, secret }: PurgerAppOptions): RequestListener {
  function isAllowed({ headers }: IncomingMessage): boolean {
    return equalSecrets(`Bearer ${secret}`, headers.authorization ?? '')
  }

  async function begin(req: IncomingMessage): Promise<Answer> {
    const body = await readBody(req)
    if (body === undefined) return { status: 413 }
    const parsed = purgeRequest.safeParse(parse(body))
    if (!parsed.success) return { status: 400 }
    const id = purges.begin(parsed.data)
    return id === undefined ? { status: 503 } : { status: 202, body: { id } }
  }

  async function answer(req: IncomingMessage): Promise<Answer> {
    if (req.method === 'GET' && healthPaths.has(req.url ?? '')) return { status: 200 }
    if (!isAllowed(req)) return { status: 401 }
    if (req.method === 'POST' && req.url === '/purges') return begin(req)
    const [, id] = idPath.exec(req.url ?? '') ?? []
    const state = id === undefined ? undefined : purges.stateOf(id)
    if (req.method !== 'GET' || state === undefined) return { status: 404 }
    return { status: 200, body: { id, state } }
  }

  return (req, res) => {
    answer(req).then(
      (answered) => send(res, answered),
      () => res.destroy(),
    )
  }
}

function send(res: ServerResponse, { status, body = {} }: Answer): void {
  const headers = {
    'Content-Type': 'application/json',
    ...(status === 503 && { 'Retry-After': 1 }),
  }
  // The rest of a refused body is not read.
  if (status >= 400) res.shouldKeepAlive = false
  res.writeHead(status, headers).end(JSON.stringify(body))
}

async function readBody(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
