import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { type HttpServer, listen } from '@iaas/common/http/server'
import { until } from '@iaas/testing/until'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createUnsentAnswers } from '@iaas/common/http/unsent-answers'

/** More than the system takes of an answer that nobody reads. */
const imageBytes = 16 * 2 ** 20

let server: HttpServer
let imageOf: () => Uint8Array
let clients: Socket[]

beforeEach(async () => {
  clients = []
  // Room for two.
  const unsent = createUnsentAnswers(2 * imageBytes)
  const answer: Parameters<typeof listen>[0] = (_req, res) => {
    const image = imageOf()
    res.writeHead(200, { 'Content-Length': image.length }).end(image)
    unsent.note(res, image)
  }
  server = await listen(answer, { port: 0, host: '127.0.0.1' })
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  await server.close(0)
})

/** Asks for an image, and reads no more of it than its beginning. */
async function ask(): Promise<Socket> {
  const client = connect(server.port, '127.0.0.1').on('error', () => {})
  clients.push(client)
  client.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
  await once(client, 'readable')
  return client
}

/** Reads until the server ends the connection, or the image is complete. */
async function readOn(client: Socket): Promise<number> {
  let bytes = 0
  const isOver = once(client, 'close').then(() => true)
  client.on('data', (chunk: Buffer) => (bytes += chunk.length)).resume()
  const isComplete = until(() => bytes >= imageBytes).then(() => true)
  await Promise.race([isOver, isComplete])
  return bytes
}

describe('answers that clients take slowly', () => {
  it('are cut beyond what may lie in memory, those first that wait for the longest time', async () => {
    imageOf = () => new Uint8Array(imageBytes)
    const asked = [await ask(), await ask(), await ask(), await ask()]
    const read = await Promise.all(asked.map(readOn))
    expect(read.map((bytes) => bytes >= imageBytes)).toEqual([false, false, true, true])
  })

  it('count once where they share their image', async () => {
    const image = new Uint8Array(imageBytes)
    imageOf = () => image
    const asked = [await ask(), await ask(), await ask(), await ask()]
    const read = await Promise.all(asked.map(readOn))
    expect(read.every((bytes) => bytes >= imageBytes)).toBe(true)
  })

  it('make room for others once they are read, or their clients have left', async () => {
    imageOf = () => new Uint8Array(imageBytes)
    await readOn(await ask())
    const left = await ask()
    left.destroy()
    await once(left, 'close')
    const asked = [await ask(), await ask()]
    const read = await Promise.all(asked.map(readOn))
    expect(read.every((bytes) => bytes >= imageBytes)).toBe(true)
  })
})
