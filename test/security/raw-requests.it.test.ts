import { METHODS } from 'node:http'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createRandom } from '@iaas/testing/random'
import { ask, store } from '../support/http.ts'
import { sendRaw } from '../support/raw-request.ts'
import { type Stack, startStack } from '../support/stack.ts'

const inputs = Number(process.env['RAW_REQUESTS'] ?? 300)

/** However many it is told to send. */
jest.setTimeout(180_000 + 20 * inputs)
const path = '/photo_10_10.jpg'

describe('raw requests', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack()
    await store(stack.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  const countAnswers = (text: string) => text.match(/HTTP\/1\.1 \d\d\d /g)?.length ?? 0
  const isAlive = async () => (await ask(stack.base, '/healthz')).status === 200

  it('R2 a control character is refused wherever it stands in an address', async () => {
    for (const code of [0, 1, 8, 9, 10, 13, 27, 31, 127]) {
      const encoded = `%${code.toString(16).padStart(2, '0')}`
      for (const name of [`${encoded}ab`, `a${encoded}b`, `ab${encoded}`]) {
        expect((await ask(stack.base, `/${name}_10_10.jpg`)).status).toBe(400)
        expect((await ask(stack.base, `/${name}`, { method: 'POST' })).status).toBe(400)
      }
      const raw = `GET /a${String.fromCharCode(code)}b.jpg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
      expect(await sendRaw(stack.base, raw)).not.toMatch(/HTTP\/1\.1 (?:2|5)/)
    }
  })

  it('R17 line ends in a name or a value end no header', async () => {
    const names = ['%0d%0aSet-Cookie:%20a=b', '%E5%98%8A%E5%98%8DSet-Cookie:a=b', '%0aX:%20y']
    for (const name of names) {
      for (const asked of [
        `/${name}_9999_10.jpg`,
        `/${name}.jpg`,
        `/photo_9999_10.jpg?fit=${name}`,
      ]) {
        const answer = await ask(stack.base, asked)
        expect([400, 404]).toContain(answer.status)
        expect(answer.headers).not.toHaveProperty('set-cookie')
        expect(answer.headers).not.toHaveProperty('x')
      }
    }
    const ended = `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Token: a\rb\u0000\r\nConnection: close\r\n\r\n`
    expect(await sendRaw(stack.base, ended)).toMatch(/^HTTP\/1\.1 400 /)
    expect(await isAlive()).toBe(true)
  })

  it('R19 every method but those of the contract is 405, and names them', async () => {
    const others = METHODS.filter(
      (method) => !['GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT'].includes(method),
    )
    for (const method of others) {
      const answer = await ask(stack.base, path, { method })
      expect([method, answer.status, answer.headers.allow]).toEqual([
        method,
        405,
        'GET, HEAD, POST, OPTIONS',
      ])
    }
    const connect = `CONNECT ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
    expect(await sendRaw(stack.base, connect)).not.toMatch(/HTTP\/1\.1 2/)
    expect(await isAlive()).toBe(true)
  })

  it('R19 a header makes no other method of a GET, and its body changes nothing', async () => {
    const headers = { 'X-HTTP-Method-Override': 'DELETE', 'X-Method-Override': 'PUT' }
    expect([200, 307]).toContain((await ask(stack.base, path, { headers })).status)
    const body = 'fit=crop&secret=1'
    const withBody = await ask(stack.base, path, {
      headers: { 'Content-Length': `${body.length}` },
      body,
    })
    expect([200, 307]).toContain(withBody.status)
  })

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks that are no chunks', 'Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'],
    ['an encoding that hides', 'Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello'],
    ['a header folded', 'X: a\r\n b\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ])('R19 of a request with %s, what follows is never answered', async (_name, rest) => {
    const smuggled = `GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    const answer = await sendRaw(
      stack.base,
      `POST /photo HTTP/1.1\r\nHost: x\r\n${rest}${smuggled}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 (?:400|403|501) /)
    expect(answer).not.toContain('User-agent')
    expect(countAnswers(answer)).toBe(1)
  })

  it('R19 lives through whatever is sent, and never answers twice', async () => {
    const random = createRandom(19)
    const proper = `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: image/webp\r\nConnection: close\r\n\r\n`
    const spoil = () => {
      const bytes = Buffer.from(proper)
      for (let left = 1 + random.below(6); left > 0; left -= 1)
        bytes[random.below(bytes.length)] = random.below(256)
      return bytes.subarray(0, random.below(4) === 0 ? random.below(bytes.length) : bytes.length)
    }
    const queue = Array.from({ length: inputs }, spoil).values()
    const sendSome = async () => {
      for (const bytes of queue) {
        const answer = await sendRaw(stack.base, Buffer.concat([bytes, Buffer.from('\r\n\r\n')]))
        expect(countAnswers(answer)).toBeLessThanOrEqual(1)
        expect(answer).not.toMatch(/^HTTP\/1\.1 5/)
      }
    }
    await Promise.all(Array.from({ length: 16 }, sendSome))
    expect(await isAlive()).toBe(true)
  })
})
