import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createRandom } from '@iaas/testing/random'
import { ask, askUntil, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { type Stack, startStack } from '../support/stack.ts'

const aborts = Number(process.env['ABORTED_REQUESTS'] ?? 300)
const slowClients = Number(process.env['SLOW_CLIENTS'] ?? 300)

/** Idle connections of one client. Slow ones are all told 408, however many there are. */
const idleConnections = 500 + slowClients

/** However many it is told to send. */
jest.setTimeout(180_000 + 20 * (aborts + slowClients))

describe('clients that go away, or take their time', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ env: { CONNECTIONS_PER_CLIENT: `${idleConnections}` } })
    await store(stack.base, 'photo', await makePhoto({ width: 900, height: 600, format: 'jpeg' }))
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  async function open(): Promise<Socket> {
    const { hostname, port } = new URL(stack.base)
    const socket = connect(Number(port), hostname).on('error', () => {})
    await once(socket, 'connect')
    return socket
  }

  const areZero = async (...names: readonly string[]) => {
    const metrics = await readMetrics(stack.admin)
    return names.every((name) => metrics.sum(name) === 0)
  }

  it('R13 clients that leave at any moment leave nothing behind that runs, and no place taken', async () => {
    const random = createRandom(13)
    const queue = Array.from({ length: aborts }, (_, index) => index).values()
    const leaveSome = async () => {
      for (const index of queue) {
        const socket = await open()
        socket.write(`GET /photo_${100 + index}_90.webp HTTP/1.1\r\nHost: x\r\n\r\n`)
        await delay(random.below(60))
        socket.destroy()
      }
    }
    await Promise.all(Array.from({ length: 16 }, leaveSome))
    await until(() => areZero('iaas_renders_in_flight', 'iaas_renders_waiting'))
    // What was rendered all the same is handed over to be stored.
    await until(() => areZero('iaas_flights'))
    await askUntil(({ status }) => status !== 503, stack.base, '/photo_91_91.jpg')
    // Whoever leaves is no failure that an operator would have to look at.
    expect(stack.output()).not.toContain('request failed')
  })

  it('R26 thousands of idle connections of one client lock nobody out', async () => {
    const sockets: Socket[] = []
    for (let left = 2000; left > 0; left -= 1) sockets.push((await open()).resume())
    for (const socket of sockets) socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    const asked = Array.from({ length: 20 }, () => ask(stack.base, '/photo.jpg'))
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(asked.map(() => 200))
    const isOpen = ({ destroyed }: Socket) => !destroyed
    await until(() => sockets.filter(isOpen).length <= idleConnections)
    expect(sockets.findLast(isOpen)).toBe(sockets.at(-1))
    for (const socket of sockets) socket.destroy()
  })

  it('R14 clients that send their headers byte by byte are cut, and keep nobody waiting', async () => {
    const sockets = await Promise.all(Array.from({ length: slowClients }, open))
    const received = sockets.map(() => '')
    for (const [index, socket] of sockets.entries()) {
      socket.setEncoding('latin1').on('data', (text: string) => (received[index] += text))
      socket.write('GET /photo.jpg HTTP/1.1\r\nX: ')
    }
    const drip = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('x')
    }, 1000)
    const startedAt = Date.now()
    expect((await ask(stack.base, '/photo.jpg')).status).toBe(200)
    // Those are cut after 10 s.
    expect(Date.now() - startedAt).toBeLessThan(8000)
    await until(() => sockets.every(({ destroyed }) => destroyed))
    clearInterval(drip)
    expect(received.filter((text) => !text.startsWith('HTTP/1.1 408 '))).toEqual([])
  })
})
