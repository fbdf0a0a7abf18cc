import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Compose, openCompose } from '../support/compose.ts'
import { ask, askUntil, getToken, json, store, upload } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

/** Requests that one client may have in flight at the edge: docker-compose.yml. */
const requestsPerClient = 256
const uploadBytes = 50_000_000

describe('clients of the edge', () => {
  let target: Target
  let compose: Compose

  beforeAll(async () => {
    compose = openCompose(process.env['TEST_COMPOSE_PROJECT'] ?? '')
    target = await startTarget()
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  /** Sends the head of a request, and as much of a body as is taken. */
  async function open(head: readonly string[], bodyBytes = 0) {
    const { hostname, port } = new URL(target.base)
    const socket: Socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    let answer = ''
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text))
    await once(socket, 'connect')
    socket.write(`${head.join('\r\n')}\r\nHost: x\r\n\r\n`)
    socket.write(Buffer.alloc(bodyBytes))
    const answered = new Promise<string>((resolve) => {
      socket.on('data', () => answer.includes('\r\n\r\n') && resolve(answer))
      socket.once('close', () => resolve(answer))
    })
    return { answered, hangUp: () => socket.destroy() }
  }

  it('R37 hold none of its disk, nor a place at the api, without a token', async () => {
    const written = () => compose.run(['exec', '-T', 'edge', 'sh', '-c', 'du -sk /var'])
    const sizeOf = (text: string) => Number(/^(\d+)/.exec(text)?.[1])
    const before = sizeOf(await written())
    const head = [
      'POST /stranger HTTP/1.1',
      'Content-Type: multipart/form-data; boundary=x',
      `Content-Length: ${uploadBytes}`,
      'X-Token: made-up',
    ]
    const clients = await Promise.all(Array.from({ length: 5 }, () => open(head, uploadBytes / 2)))
    const answers = await Promise.all(clients.map(({ answered }) => answered))
    const held = sizeOf(await written()) - before
    for (const { hangUp } of clients) hangUp()
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 403 /)
      expect(answer).toContain('urn:iaas:problem:token-invalid')
    }
    expect(held).toBeLessThan(1000)
  })

  it('R37 hold none of its disk by the body of a request for a token', async () => {
    const { status, headers } = await ask(target.base, '/token', {
      method: 'POST',
      body: Buffer.alloc(200_000),
    })
    expect([status, headers['content-type']]).toEqual([413, 'application/problem+json'])
  })

  it('R37 are told by the api itself why an upload is refused', async () => {
    const wrong = await upload(target.base, 'photo', 'made-up', Buffer.alloc(100))
    expect([wrong.status, json(wrong)['type']]).toEqual([403, 'urn:iaas:problem:token-invalid'])
    const token = await getToken(target.base, 'broken')
    const broken = await upload(target.base, 'broken', token, Buffer.alloc(100))
    expect([broken.status, json(broken)['type']]).toEqual([
      415,
      'urn:iaas:problem:image-unsupported',
    ])
    const put = await ask(target.base, '/photo', { method: 'PUT', body: 'x' })
    expect([put.status, put.headers.allow]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
  })

  it('R37 are told when to come again where uploads are 503', async () => {
    const token = await getToken(target.base, 'later')
    await compose.run(['stop', '-t', '5', 'postgres'])
    const refused = await upload(target.base, 'later', token, Buffer.alloc(100))
    await compose.run(['up', '-d', '--wait', '--no-recreate', 'postgres'])
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
    expect(json(refused)['type']).toBe('urn:iaas:problem:store-unavailable')
  })

  it('R38 that have too many requests in flight are told so, until some are over', async () => {
    const head = ['POST /token HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 100']
    // A few more: an earlier request that is not quite over takes the place of one.
    const opened = Array.from({ length: requestsPerClient + 20 }, () => open(head))
    const held = await Promise.all(opened)
    const isRefused = ({ status }: { readonly status: number }) => status === 429
    const refused = await askUntil(isRefused, target.base, '/photo.jpg')
    for (const { hangUp } of held) hangUp()
    expect(refused.headers['retry-after']).toBe('1')
    expect(json(refused)).toMatchObject({ status: 429 })
    await askUntil(({ status }) => status === 200, target.base, '/photo.jpg')
  })
})
