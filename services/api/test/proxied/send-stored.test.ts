import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { Readable } from 'node:stream'
import { type HttpServer, listen } from '@iaas/common/http/server'
import { until } from '@iaas/testing/until'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sendStored } from '../../src/proxied/send-stored.ts'

const piece = Buffer.alloc(64 * 1024, 7)
const pieces = 200

let server: HttpServer
let body: Readable
let ended: Promise<unknown>
let client: Socket

beforeEach(async () => {
  const answer: Parameters<typeof listen>[0] = (_req, res) => {
    res.writeHead(200, { 'Content-Length': pieces * piece.length })
    ended = sendStored(body, res, 300).catch((error: unknown) => {
      res.destroy()
      return error
    })
  }
  server = await listen(answer, { port: 0, host: '127.0.0.1' })
  client = connect(server.port, '127.0.0.1').on('error', () => {})
  client.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
})
afterEach(async () => {
  client.destroy()
  await server.close(0)
})

/** Tells how many pieces were taken of it. */
function createBody(limit = pieces) {
  let taken = 0
  const source = new Readable({
    read() {
      taken += 1
      if (taken <= limit) this.push(taken <= pieces ? piece : null)
    },
  })
  return { source, taken: () => taken }
}

async function countToEnd(socket: Socket): Promise<number> {
  let bytes = 0
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length))
  await once(socket, 'close')
  return bytes
}

describe('a stored object that is sent', () => {
  it('R25 is read no faster than its client takes it', async () => {
    const { source, taken } = createBody(pieces + 1)
    body = source
    await once(client, 'readable')
    let before = -1
    await until(() => {
      const isStill = taken() === before
      before = taken()
      return isStill
    })
    expect(taken()).toBeLessThan(pieces)
    let bytes = 0
    client.on('data', (chunk: Buffer) => (bytes += chunk.length))
    await until(() => bytes > pieces * piece.length)
    expect(await ended).toBeUndefined()
  })

  it('R25 ends the connection where the store brings no more of it', async () => {
    const { source } = createBody(3)
    body = source
    expect(await countToEnd(client)).toBeLessThan(4 * piece.length)
    expect(await ended).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(source.destroyed).toBe(true)
  })

  it('R25 ends the connection where the store breaks off', async () => {
    const { source } = createBody(3)
    body = source
    await once(client, 'readable')
    source.destroy(new Error('reset'))
    await countToEnd(client)
    expect(await ended).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('R25 is let go of when its client leaves', async () => {
    const { source } = createBody(pieces + 1)
    body = source
    await once(client, 'readable')
    client.destroy()
    await until(() => source.destroyed)
    expect(await ended).toBeUndefined()
  })
})
