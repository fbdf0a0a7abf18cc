import { Socket } from 'node:net'
import { once } from 'node:events'
import { Agent, type IncomingMessage, type ServerResponse, get } from 'node:http'
import { performance } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type HttpServer, listen } from '@iaas/common/http/server'
import type { RequestRecord } from '../../src/http/request-record.ts'
import { toHeaderValue } from '../../src/http/redirect.ts'
import { redirectToStored } from '../../src/fast-lane/stored-redirect.ts'

const stored = {
  location: toHeaderValue('https://cdn.example/aa/bb/c.jpg'),
  maxAge: 60,
  timing: { lookup: 0.25 },
}

let server: HttpServer
let agent: Agent
let answer: (res: ServerResponse) => void

beforeAll(async () => {
  server = await listen((_req, res) => answer(res), { port: 0, host: '127.0.0.1' })
  agent = new Agent({ keepAlive: true, maxSockets: 1 })
})

afterAll(async () => {
  agent.destroy()
  await server.close(1000)
})

describe('a redirect to a stored variant', () => {
  it('says the same, in the same order, whether Node put its head together or we did', async () => {
    answer = (res) => redirectToStored(stored, res, createRecord())
    const ours = await ask()
    answer = (res) => {
      res.setHeader('Vary', 'Accept')
      redirectToStored(stored, res, createRecord())
    }
    const nodes = await ask()
    expect(nodes.rawHeaders).toContain('Vary')
    expect(pairsOf(ours)).toEqual(pairsOf(nodes).filter(([name]) => name !== 'Vary'))
    expect([ours.statusCode, ours.statusMessage]).toEqual([nodes.statusCode, nodes.statusMessage])
  })

  it('asks Node for no head where it can do without', async () => {
    answer = (res) => {
      res.writeHead = () => {
        throw new Error('Node was asked for a head.')
      }
      redirectToStored(stored, res, createRecord())
    }
    expect((await ask()).statusCode).toBe(307)
  })

  it('leaves the connection open for the next request', async () => {
    answer = (res) => redirectToStored(stored, res, createRecord())
    const first = await ask()
    const second = await ask()
    expect(second.socket).toBe(first.socket)
  })

  it('closes the connection where the client asks for that', async () => {
    answer = (res) => redirectToStored(stored, res, createRecord())
    const { headers } = await ask({ connection: 'close' })
    expect(headers).toMatchObject({ connection: 'close', location: stored.location })
  })

  it('answers HEAD with the same headers', async () => {
    answer = (res) => redirectToStored(stored, res, createRecord())
    expect(pairsOf(await ask({}, 'HEAD'))).toEqual(pairsOf(await ask()))
  })

  it('writes an address in any script, and with a line break, as one header', async () => {
    const location = toHeaderValue('https://cdn.example/я\r\nX-Evil: 1')
    answer = (res) => redirectToStored({ ...stored, location }, res, createRecord())
    const { headers } = await ask()
    expect(headers.location).toBe('https://cdn.example/%D1%8F%0D%0AX-Evil:%201')
    expect(headers).not.toHaveProperty('x-evil')
  })

  it('tells of its answer what it tells of others', async () => {
    const record = createRecord()
    const status = new Promise<number>((resolve) => {
      answer = (res) => {
        redirectToStored(stored, res, record)
        resolve(res.statusCode)
      }
    })
    await ask()
    expect(await status).toBe(307)
    expect(record).toMatchObject({ outcome: 'hit', timing: stored.timing })
    expect(record.answeredAt).toBeGreaterThanOrEqual(record.startedAt)
  })
})

function createRecord(): RequestRecord {
  return {
    requestId: '0b4dcd84-2b91-4f39-a0c2-0123456789ab',
    startedAt: performance.now(),
    socket: new Socket(),
    bytesBefore: 0,
    route: 'image',
    outcome: 'other',
  }
}

async function ask(headers: Record<string, string> = {}, method = 'GET'): Promise<IncomingMessage> {
  const request = get({ port: server.port, agent, headers, method })
  const [res] = (await once(request, 'response')) as [IncomingMessage]
  await once(res.resume(), 'end')
  return res
}

/** Without the moment, which may be the next one. */
function pairsOf({ rawHeaders }: IncomingMessage): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, name === 'Date' ? '' : (rawHeaders[index + 1] ?? '')] as const] : [],
  )
}
