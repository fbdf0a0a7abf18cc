import { once } from 'node:events'
import {
  type IncomingMessage,
  type ServerResponse,
  createServer,
  request as startRequest,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** A CDN that caches nothing, so every request is for an object that no cache has. */
export type OriginGroup = AsyncDisposable & { readonly base: string }

/** Longest silence of the first origin, ms. */
const patienceMs = 2000
const failures: ReadonlySet<number> = new Set([403, 404, 500, 502, 503, 504])

/** Starts a CDN that asks a bucket and, if that fails or does not answer, the api, as CloudFront does with a group of origins. */
export async function startOriginGroup(bucket: string, api: string): Promise<OriginGroup> {
  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const first = await fetchFrom(bucket, req, patienceMs).catch(() => undefined)
    if (first !== undefined && !failures.has(first.statusCode ?? 0)) return send(first, res)
    first?.destroy()
    return send(await fetchFrom(api, req), res)
  }
  const server = createServer((req, res) => {
    answer(req, res).catch(() => res.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function fetchFrom(
  origin: string,
  { url, method, headers }: IncomingMessage,
  limitMs?: number,
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(origin)
  const signal = limitMs === undefined ? undefined : AbortSignal.timeout(limitMs)
  const sent = startRequest({ hostname, port, path: url, method, headers, agent: false, signal })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return answer
}

async function send(from: IncomingMessage, res: ServerResponse): Promise<void> {
  res.writeHead(from.statusCode ?? 502, from.headers)
  await pipeline(from, res)
}
