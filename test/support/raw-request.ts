import { once } from 'node:events'
import { connect } from 'node:net'

/** Sends bytes to a server as they are, and resolves to all that it answers until it closes the connection. */
export async function sendRaw(base: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(base)
  const socket = connect(Number(port), hostname)
  socket.setTimeout(20_000, () => socket.destroy())
  socket.on('error', () => {})
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => (answer += text))
  socket.write(bytes)
  await once(socket, 'close')
  return answer
}

/** Sends the beginning of a request and hangs up. Resolves once the connection is closed on this side. */
export async function sendAndHangUp(base: string, bytes: Uint8Array): Promise<void> {
  const { hostname, port } = new URL(base)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  await new Promise((resolve) => socket.write(bytes, resolve))
  socket.destroy()
  await once(socket, 'close')
}
