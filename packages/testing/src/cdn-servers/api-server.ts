import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type ApiRequest = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export type ApiReply = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** The API of a CDN on a local port. */
export type ApiServer = AsyncDisposable & {
  readonly url: string
  /** Requests so far. */
  readonly requests: readonly ApiRequest[]
  /** Answers the next requests with these replies, then as documented; `hang` never answers. */
  failNext(...replies: readonly (ApiReply | 'hang')[]): void
}

/** Starts a server whose requests are answered by a function. */
export async function startApiServer(
  answer: (request: ApiRequest) => ApiReply,
): Promise<ApiServer> {
  const requests: ApiRequest[] = []
  const failures: (ApiReply | 'hang')[] = []
  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await text(req)
    const request = { method: req.method ?? '', path: req.url ?? '', headers: req.headers, body }
    requests.push(request)
    const reply = failures.shift() ?? answer(request)
    if (reply !== 'hang') res.writeHead(reply.status, { ...reply.headers }).end(reply.body)
  }
  const server = createServer((req, res) => void handle(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    failNext: (...replies) => void failures.push(...replies),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function json(status: number, body: unknown): ApiReply {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
