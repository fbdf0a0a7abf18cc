import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { type Socket, connect } from 'node:net'
import { until } from '@iaas/testing/until'
import { describe, expect, it, jest } from '@jest/globals'
import { takeOverTimeout } from '../../src/platform/http/body-timeout.ts'
import { type ListenOptions, listen } from '../../src/platform/http/server.ts'

const hundredMegabytes = Buffer.alloc(100 * 1024 * 1024)

async function openServer(handler: RequestListener, options: Partial<ListenOptions> = {}) {
  const server = await listen(handler, { port: 0, host: '127.0.0.1', ...options })
  return { ...server, [Symbol.asyncDispose]: () => server.close(0) }
}

async function open(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Asks on a connection that stays, and waits for the answer. */
async function askOn(socket: Socket): Promise<void> {
  socket.write(get('/'))
  await once(socket, 'data')
}

/** Returns what arrives until the connection is closed. A connection that is closed for its slow headers gets an answer. */
async function readUntilClosed(socket: Socket): Promise<string> {
  let received = ''
  socket.setEncoding('utf8').on('data', (text: string) => void (received += text))
  await once(socket, 'close')
  return received
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

describe('a server', () => {
  it('R14 cuts a client that takes nothing of its answer, and no other', async () => {
    const cut: (string | undefined)[] = []
    const answer: RequestListener = ({ socket, url }, res) => {
      socket.once('close', () => cut.push(url))
      res.end(hundredMegabytes)
    }
    // Longer than a busy machine holds up this process, in which the client that reads runs as well.
    await using server = await openServer(answer, { stallTimeoutMs: 2000 })
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

  it('F15 leaves no timer, which would keep its process, for a body that it answers before it has come', async () => {
    const begun = jest.spyOn(globalThis, 'setTimeout')
    const cleared = jest.spyOn(globalThis, 'clearTimeout')
    // Some of it is here and never read.
    const refuse: RequestListener = (req, res) => {
      req.once('data', () => req.pause())
      res.setHeader('Connection', 'close').write('too large')
      setTimeout(() => res.end(), 100)
    }
    await using server = await openServer(refuse, { requestTimeoutMs: 61_000 })
    const socket = await open(server.port)
    socket.resume().write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n')
    socket.write(Buffer.alloc(2_000_000))
    await once(socket, 'close')
    const timer = begun.mock.results[begun.mock.calls.findIndex(([, ms]) => ms === 61_000)]?.value
    await until(() => cleared.mock.calls.some(([which]) => which === timer))
    for (const spy of [begun, cleared]) spy.mockRestore()
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

  it('R14 closes what comes beyond its connections while all are busy, and takes new ones when one is not', async () => {
    const finish: (() => void)[] = []
    const hold: RequestListener = (_req, res) => void finish.push(() => void res.end('OK'))
    await using server = await openServer(hold, { maxConnections: 3 })
    const inside = [await open(server.port), await open(server.port), await open(server.port)]
    for (const socket of inside) socket.write(get('/'))
    await until(() => finish.length === 3)
    const beyond = await open(server.port)
    expect(await readUntilClosed(beyond)).toBe('')
    const answered = once(inside[0] as Socket, 'data')
    finish[0]?.()
    expect(String(await answered)).toContain('200')
    const late = await open(server.port)
    late.write(get('/'))
    await until(() => finish.length === 4)
    for (const socket of [...inside, late]) socket.destroy()
  })

  it('R26 closes for a newcomer what has been idle for the longest time, and nothing that is busy', async () => {
    const answer: RequestListener = ({ url }, res) => {
      if (url !== '/held') res.end('OK')
    }
    await using server = await openServer(answer, { maxConnections: 4 })
    const sockets: Socket[] = []
    const closed: number[] = []
    for (const index of [0, 1, 2, 3]) {
      const socket = await open(server.port)
      sockets.push(socket.resume().once('close', () => void closed.push(index)))
    }
    sockets[0]?.write(get('/held'))
    for (const index of [2, 1, 3]) await askOn(sockets[index] as Socket)
    const newcomers = [await open(server.port), await open(server.port)]
    for (const socket of newcomers) await askOn(socket)
    await until(() => closed.length === 2)
    expect(closed).toEqual([2, 1])
    for (const socket of [...sockets, ...newcomers]) socket.destroy()
  })

  it('R26 lets no client have more than its share, and closes nothing of others for it', async () => {
    const nameClient = (address: string | undefined) => address
    let begun = 0
    const hold: RequestListener = () => void (begun += 1)
    await using server = await openServer(hold, { maxPerClient: 2, nameClient })
    const other = await open(server.port, '127.0.0.3')
    const busy = [await open(server.port), await open(server.port)]
    for (const socket of busy) socket.write(get('/'))
    await until(() => begun === 2)
    const beyond = await open(server.port)
    expect(await readUntilClosed(beyond)).toBe('')
    expect([other, ...busy].map(({ destroyed }) => destroyed)).toEqual([false, false, false])
    for (const socket of [other, ...busy]) socket.destroy()
  })
})
