import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { clientGone } from '../../src/platform/http/client-gone.ts'

describe('a client that goes', () => {
  const server = createServer()
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterAll(() => void server.close())

  /** The response to a request that has just come, and its client. */
  async function receive() {
    const { port } = server.address() as AddressInfo
    const client = connect(port, '127.0.0.1')
    client.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
    const [, res] = (await once(server, 'request')) as [unknown, ServerResponse]
    return { client, res }
  }

  it('is noticed', async () => {
    const { client, res } = await receive()
    const signal = clientGone(res)
    expect(signal.aborted).toBe(false)
    client.destroy()
    await once(signal, 'abort')
    expect(signal.reason).toMatchObject({ name: 'ClientGoneError' })
  })

  it('is noticed as well where it went before anybody looked', async () => {
    const { client, res } = await receive()
    client.destroy()
    await once(res, 'close')
    expect(clientGone(res).aborted).toBe(true)
  })

  it('has not gone once it has its answer', async () => {
    const { client, res } = await receive()
    const signal = clientGone(res)
    res.setHeader('Connection', 'close').end('all')
    await once(client.resume(), 'close')
    expect([signal.aborted, clientGone(res).aborted]).toEqual([false, false])
  })
})
