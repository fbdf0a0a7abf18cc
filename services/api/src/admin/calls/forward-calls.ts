import { type IncomingMessage, type RequestListener, type ServerResponse, request } from 'node:http'
import { pipeline } from 'node:stream'

/**
 * Creates a handler that forwards each request to the processes which listen at a socket of the file system. They see the
 * address of the client as the last one of `X-Forwarded-For`.
 */
export function createForwardCalls(socketPath: string): RequestListener {
  return (req, res) => {
    const { method, url: path, rawHeaders, socket } = req
    const headers = [...rawHeaders, 'X-Forwarded-For', socket.remoteAddress ?? 'unknown']
    const forwarded = request({ socketPath, method, path, headers, agent: false })
    forwarded.on('response', (answer) => passOn(answer, res))
    // A process that is about to be replaced.
    forwarded.on('error', () => fail(res))
    res.on('close', () => forwarded.destroy())
    pipeline(req, forwarded, () => {})
  }
}

function passOn(answer: IncomingMessage, res: ServerResponse): void {
  res.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
  pipeline(answer, res, () => {})
}

function fail(res: ServerResponse): void {
  if (res.headersSent) return void res.destroy()
  res.writeHead(503, { 'Retry-After': '1', 'Content-Type': 'text/plain' })
  res.end('No process of the api answers just now.')
}
