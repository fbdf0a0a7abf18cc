import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { multipart } from '../support/http.ts'

export type SlowUpload = {
  /** Sends the rest. @returns the status of the answer; undefined where the connection broke */
  finish(): Promise<number | undefined>
  /** Goes away without the rest. */
  abort(): void
}

/** More than an upload must bring in a second. */
const piece = 2048

/** Begins an upload, sends the first half of it, and then as little as keeps it alive. */
export async function startSlowUpload(
  base: string,
  id: string,
  token: string,
  image: Uint8Array,
): Promise<SlowUpload> {
  const { body, headers } = multipart([{ name: 'image', content: image, filename: 'image' }])
  const half = Math.floor(body.length / 2)
  const req = request(`${base}/${encodeURIComponent(id)}`, {
    method: 'POST',
    headers: { ...headers, 'Content-Length': `${body.length}`, 'X-Token': token },
    agent: false,
  })
  const answered = once(req, 'response').then(
    ([res]) => {
      const message = res as IncomingMessage
      message.resume()
      return message.statusCode
    },
    () => undefined,
  )
  await new Promise((resolve) => req.write(body.subarray(0, half), resolve))
  let sent = half
  const trickle = setInterval(() => {
    if (sent + piece < body.length) req.write(body.subarray(sent, (sent += piece)))
  }, 1000)
  return {
    finish() {
      clearInterval(trickle)
      req.end(body.subarray(sent))
      return answered
    },
    abort() {
      clearInterval(trickle)
      req.destroy()
    },
  }
}
