import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { type Http2ServerRequest, type Http2ServerResponse, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

export type Http2Front = AsyncDisposable & {
  /** Origin of the front: its scheme, host and port. */
  readonly base: string
}

/** Headers of HTTP/1.1 that HTTP/2 forbids. */
const connectionHeaders = ['connection', 'keep-alive', 'transfer-encoding']

/** A proxy that takes GET requests of HTTP/2 and passes each on by HTTP/1.1, as a CDN or a web server does. */
export async function startHttp2Front(base: string): Promise<Http2Front> {
  const agent = new Agent({ keepAlive: true })
  const { hostname, port } = new URL(base)

  async function passOn(req: Http2ServerRequest, res: Http2ServerResponse): Promise<void> {
    const headers = { Host: req.authority, 'X-Forwarded-For': req.socket.remoteAddress }
    const asked = request({ agent, hostname, port, path: req.url, headers })
    res.once('close', () => asked.destroy())
    asked.end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    for (const name of connectionHeaders) delete answer.headers[name]
    res.writeHead(answer.statusCode ?? 502, answer.headers)
    await pipeline(answer, res)
  }

  const server = createServer((req, res) => {
    passOn(req, res).catch(() => res.stream?.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      agent.destroy()
      server.close()
    },
  }
}
