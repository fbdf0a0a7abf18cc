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

const early = [
  ['a made-up token', 403, 'POST', '/early', { ...form, 'X-Token': 'made-up' }],
  ['no token', 403, 'POST', '/early', form],
  ['an id that is not allowed', 400, 'POST', '/_early', form],
  ['a method that is not possible', 405, 'PUT', '/early', form],
] as const

describe('fetch, with a large body that nobody wants', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack()
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
})
