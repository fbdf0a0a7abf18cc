import { once } from 'node:events'
import { connect } from 'node:net'

const endOfHead = Buffer.from('\r\n\r\n')
const chunkBytes = 64 * 1024

/**
 * A connection that asks one question at a time and weighs the answers: what drives a server shares its cores, and an
 * HTTP client that can do everything takes as much of them as the server's own part in an answer.
 *
 * @param base of the server, http://host:port
 * @param headers sent with each question
 */
export async function openConnection(base, headers = {}) {
  const { hostname, port, host } = new URL(base)
  const lines = Object.entries({ Host: host, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const tail = ` HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
  let waiting
  const fail = (error) => waiting?.reject(error)
  const meter = createMeter((answer) => waiting.resolve(answer))
  const read = (length, buffer) => {
    try {
      meter(buffer.subarray(0, length))
    } catch (error) {
      socket.destroy(error)
    }
    return true
  }
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    // One buffer serves all answers: nothing of them is kept.
    onread: { buffer: Buffer.allocUnsafe(chunkBytes), callback: read },
  })
  await once(socket, 'connect')
  const closed = () => new Error(`${base} closed a connection.`)
  socket.on('error', fail).on('close', () => fail(closed()))

  return {
    /** Resolves to the status of the answer and its bytes, without its head. */
    get: (path) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(closed())
        waiting = { resolve, reject }
        socket.write(`GET ${path}${tail}`)
      }),
    close: () => socket.destroy(),
  }
}

/** Told what comes in, tells each answer once it is whole: `{ status, bytes }`. */
function createMeter(tell) {
  let head = Buffer.alloc(0)
  let answer
  let left = 0
  return (chunk) => {
    if (answer === undefined) {
      // The head is copied: the buffer that it came in is read into again.
      head = Buffer.concat([head, chunk])
      const end = head.indexOf(endOfHead)
      if (end < 0) return
      answer = readHead(head.toString('latin1', 0, end))
      left = answer.bytes + end + endOfHead.length - head.length
      head = Buffer.alloc(0)
    } else left -= chunk.length
    if (left > 0) return
    const whole = answer
    answer = undefined
    tell(whole)
  }
}

function readHead(text) {
  const length = /^content-length: *(\d+)/im.exec(text)?.[1]
  if (length === undefined) throw new Error(`An answer does not tell its length: ${text}`)
  return { status: Number(text.slice(9, 12)), bytes: Number(length) }
}
