import { once } from 'node:events'
import { connect } from 'node:net'
import { multipart } from '../support/http.ts'

/** An upload whose body is sent as a test pleases. */
export type OpenUpload = {
  /** What its body would be. */
  readonly body: Buffer
  send(bytes: Uint8Array): Promise<void>
  /** The status, once it is there; 0: the connection ended without one. */
  readonly status: Promise<number>
  /** Resolves once the connection is closed, by whomever. */
  readonly closed: Promise<void>
  hangUp(): void
}

/** Sends the head of an upload, and nothing of its body. */
export async function openUpload(
  base: string,
  id: string,
  token: string,
  image: Uint8Array,
): Promise<OpenUpload> {
  const { body, headers } = multipart([{ name: 'image', content: image, filename: 'x' }])
  const { hostname, port } = new URL(base)
  const socket = connect({ port: Number(port), host: hostname, noDelay: true })
  socket.on('error', () => {})
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const status = new Promise<number>((resolve) => {
    const read = () => Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)
    socket.on('data', () => read() > 0 && resolve(read()))
    socket.once('close', () => resolve(read()))
  })
  await once(socket, 'connect')
  const send = (bytes: Uint8Array | string) =>
    new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
  const lines = [
    `POST /${encodeURIComponent(id)} HTTP/1.1`,
    'Host: x',
    `Content-Type: ${headers['Content-Type']}`,
    `Content-Length: ${body.length}`,
    `X-Token: ${token}`,
  ]
  await send(`${lines.join('\r\n')}\r\n\r\n`)
  return { body, send, status, closed, hangUp: () => socket.destroy() }
}
