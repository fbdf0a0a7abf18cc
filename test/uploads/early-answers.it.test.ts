import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Stack, startStack } from '../support/stack.ts'

const mebibyte = 1024 ** 2

/** A body that comes piece by piece for as long as anybody takes it. */
function makeBody(bytes: number, pauseMs: number): ReadableStream<Uint8Array> {
  let left = bytes
  const piece = new Uint8Array(64 * 1024)
  return new ReadableStream({
    async pull(controller) {
      if (pauseMs > 0) await delay(pauseMs)
      if (left <= 0) return controller.close()
      left -= piece.length
      controller.enqueue(piece)
    },
  })
}

/** The whole answer has arrived. */
async function readStatus(answer: Response): Promise<number> {
  await answer.text()
  return answer.status
}

const form = { 'Content-Type': 'multipart/form-data; boundary=b' }
const secret = 'the-secret-of-this-test-of-answers'
const json = { 'Content-Type': 'application/json' }

const early = [
  ['a made-up token', 403, 'POST', '/early', { ...form, 'X-Token': 'made-up' }],
  ['no token', 403, 'POST', '/early', form],
  ['an id that is not allowed', 400, 'POST', '/_early', form],
  ['a method that is not possible', 405, 'PUT', '/early', form],
  ['a request for a token', 413, 'POST', '/token', json],
] as const

/** Writes a body without end, as fast as it is taken, until the connection ends. @returns the bytes the system took of it */
async function sendWithoutEnd(base: string, head: string): Promise<number> {
  const socket = connect(Number(new URL(base).port), '127.0.0.1').on('error', () => {})
  const piece = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`)
  const write = () => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.resume().on('drain', write)
  socket.write(`${head}\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`)
  write()
  await new Promise((resolve) => socket.once('close', resolve))
  return socket.bytesWritten - socket.writableLength
}

describe('fetch, with a large body that nobody wants', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ env: { TOKEN_SECRET: secret } })
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  it.each(early)('T25 %s, gets its answer: %d', async (_name, status, method, path, headers) => {
    const statuses: (number | string)[] = []
    for (const pauseMs of [0, 0, 20]) {
      const init = { method, headers, body: makeBody(64 * mebibyte, pauseMs), duplex: 'half' }
      const answer = await fetch(`${stack.base}${path}`, init as RequestInit).then(
        readStatus,
        (error: Error) => String(error.cause),
      )
      statuses.push(answer)
    }
    expect(statuses).toEqual(statuses.map(() => status))
  })

  it.each(early)(
    'T25 %s, gets its answer although it has announced all: %d',
    async (_name, status, method, path, headers) => {
      const statuses: (number | string)[] = []
      for (let tries = 0; tries < 3; tries += 1) {
        const init = { method, headers, body: new Uint8Array(64 * mebibyte) }
        const answer = await fetch(`${stack.base}${path}`, init).then(readStatus, (error: Error) =>
          String(error.cause),
        )
        statuses.push(answer)
      }
      expect(statuses).toEqual(statuses.map(() => status))
    },
  )

  it('T8 an upload that announces too much gets its answer: 413', async () => {
    const init = { method: 'POST', headers: form, body: new Uint8Array(64 * mebibyte) }
    for (let tries = 0; tries < 3; tries += 1) {
      const headers = { ...form, 'X-Token': await askToken(stack.base, `large-${tries}`) }
      const answer = await fetch(`${stack.base}/large-${tries}`, { ...init, headers })
      expect(await readStatus(answer)).toBe(413)
    }
  })

  it('T25 a wrong secret in the largest body that is read gets its answer: 401', async () => {
    const body = JSON.stringify({ id: 'early', secret: 'wrong' }).padEnd(4096)
    for (let tries = 0; tries < 3; tries += 1) {
      const init = { method: 'POST', headers: json, body }
      expect(await readStatus(await fetch(`${stack.base}/token`, init))).toBe(401)
    }
  })

  it('T25 a client that goes on as fast as it can is not read for long', async () => {
    const head = 'POST /token HTTP/1.1\r\nContent-Type: application/json'
    expect(await sendWithoutEnd(stack.base, head)).toBeLessThan(32 * mebibyte)
  })
})

async function askToken(base: string, id: string): Promise<string> {
  const init = { method: 'POST', headers: json, body: JSON.stringify({ id, secret }) }
  const answer = (await (await fetch(`${base}/token`, init)).json()) as { token: string }
  return answer.token
}
