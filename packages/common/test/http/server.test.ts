import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { type Socket, connect } from 'node:net'
import { until } from '@iaas/testing/until'
import { describe, expect, it } from '@jest/globals'
import { takeOverTimeout } from '../../src/http/body-timeout.ts'
import { type ListenOptions, listen } from '../../src/http/server.ts'

const hundredMegabytes = Buffer.alloc(100 * 1024 * 1024)

async function openServer(handler: RequestListener, options: Partial<ListenOptions> = {}) {
  const server = await listen(handler, { port: 0, host: '127.0.0.1', ...options })
  return { ...server, [Symbol.asyncDispose]: () => server.close(0) }
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

describe('a server', () => {
  it('R14 cuts a client that takes nothing of its answer, and no other', async () => {
    const cut: (string | undefined)[] = []
    const answer: RequestListener = ({ socket, url }, res) => {
      socket.once('close', () => cut.push(url))
      res.end(hundredMegabytes)
    }
    await using server = await openServer(answer, { stallTimeoutMs: 300 })
    const [stalled, reading] = [await open(server.port), await open(server.port)]
    stalled.pause().write(get('/stalled'))
    let received = 0
    reading.on('data', (chunk: Buffer) => (received += chunk.length)).write(get('/read'))
    await until(() => received > hundredMegabytes.length && cut.length > 0)
    expect(cut).toEqual(['/stalled'])
    for (const socket of [stalled, reading]) socket.destroy()
  })

  it('R14 cuts a client that asks for many small answers, each given at once, and takes none', async () => {
    const cut: boolean[] = []
    const small = Buffer.alloc(16 * 1024)
    const answer: RequestListener = ({ socket }, res) => {
      if (socket.listenerCount('close', onCut) === 0) socket.once('close', onCut)
      res.end(small)
    }
    const onCut = () => void cut.push(true)
    await using server = await openServer(answer, { stallTimeoutMs: 300 })
    const socket = await open(server.port)
    socket.pause().write(get('/').repeat(2000))
    await until(() => cut.length > 0)
    socket.destroy()
  })

  it('T35 cuts a body that does not arrive in time, and none whose handler takes its time over', async () => {
    const cut: (string | undefined)[] = []
    const answer: RequestListener = (req) => {
      if (req.url === '/upload') takeOverTimeout(req)
      req.socket.once('close', () => cut.push(req.url))
    }
    const times = { requestTimeoutMs: 200, longestRequestMs: 60_000 }
    await using server = await openServer(answer, times)
    const post = (path: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx`
    const sockets = [await open(server.port), await open(server.port), await open(server.port)]
    sockets[0]?.write(post('/upload'))
    sockets[1]?.write(post('/token'))
    sockets[2]?.write(post('/photo.jpg').replace('POST', 'GET'))
    await until(() => cut.length >= 2)
    expect(new Set(cut)).toEqual(new Set(['/photo.jpg', '/token']))
    for (const socket of sockets) socket.destroy()
  })

  it('R14 begins a request when its turn has come, and never for a client that has gone', async () => {
    const begun: (string | undefined)[] = []
    const finish: (() => void)[] = []
    const answer: RequestListener = ({ url }, res) => {
      begun.push(url)
      finish.push(() => void res.end(url))
    }
    await using server = await openServer(answer)
    const socket = await open(server.port)
    socket.write(get('/first') + get('/second') + get('/third'))
    await until(() => begun.length === 1)
    finish[0]?.()
    await until(() => begun.length === 2)
    expect(begun).toEqual(['/first', '/second'])
    socket.destroy()
    const other = await open(server.port)
    other.write(get('/other'))
    await until(() => begun.includes('/other'))
    expect(begun).toEqual(['/first', '/second', '/other'])
    other.destroy()
  })

  it('R14 answers many requests that are sent at once in their order, and cuts who sends far too many', async () => {
    const answer: RequestListener = ({ url }, res) => void res.end(url)
    await using server = await openServer(answer)
    const socket = await open(server.port)
    let text = ''
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    const paths = Array.from({ length: 100 }, (_, at) => `/${at}`)
    socket.write(paths.map(get).join(''))
    await until(() => text.endsWith('/99'))
    expect(text.match(/(?<=\r\n\r\n)\/\d+/g)).toEqual(paths)
    socket.write(get('/').repeat(1000))
    await once(socket, 'close')
  })

  it('R14 waits for an answer that takes its time to be made', async () => {
    const late: RequestListener = (_req, res) => void setTimeout(() => res.end('late'), 500)
    await using server = await openServer(late, { stallTimeoutMs: 100 })
    const socket = await open(server.port)
    socket.write(get('/'))
    const [answer] = (await once(socket.setEncoding('utf8'), 'data')) as [string]
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    socket.destroy()
  })

  it('R14 closes what comes beyond its connections, and takes new ones when there is room', async () => {
    await using server = await openServer((_req, res) => void res.end('OK'), { maxConnections: 3 })
    const inside = await Promise.all([open(server.port), open(server.port), open(server.port)])
    const beyond = await open(server.port)
    await once(beyond, 'close')
    inside[0].write(get('/'))
    expect(String(await once(inside[0], 'data'))).toContain('200')
    inside[1].destroy()
    await until(async () => {
      const socket = await open(server.port)
      socket.write(get('/'))
      return Promise.race([
        once(socket, 'data').then(() => true),
        once(socket, 'close').then(() => false),
      ])
    })
    for (const socket of inside) socket.destroy()
  })
})
