import { once } from 'node:events'
import { type IncomingMessage, type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type HttpServer = AsyncDisposable & { readonly url: string; readonly port: number }

/** An HTTP server on the loopback. */
export async function serve(listener: RequestListener): Promise<HttpServer> {
  const http = createServer(listener).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

/** A server that stores nothing, takes every object and keeps the requests. */
export async function serveBucket(): Promise<
  HttpServer & { readonly requests: readonly IncomingMessage[] }
> {
  const requests: IncomingMessage[] = []
  const server = await serve((request, response) => {
    requests.push(request.resume())
    response.end()
  })
  return { ...server, requests }
}
