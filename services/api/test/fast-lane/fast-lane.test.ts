import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseImageId } from '@iaas/common/image'
import { createLinkMemory } from '@iaas/stores/memory/link-memory'
import { variantKey } from '@iaas/common/image'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { type FastLane, createFastLane, noFastLane } from '../../src/fast-lane/fast-lane.ts'
import { toHeaderValue } from '../../src/http/redirect.ts'
import type { RequestRecord } from '../../src/http/request-record.ts'

const stored = {
  location: toHeaderValue('https://cdn.example/x'),
  maxAge: 60,
  timing: { lookup: 1 },
}

function open({ socket }: IncomingMessage): RequestRecord {
  const record = { requestId: 'an-id', startedAt: performance.now(), socket, bytesBefore: 0 }
  return { ...record, route: 'other', outcome: 'other' }
}

/** @returns status and headers of an answer */
async function answerOf(handle: (req: IncomingMessage, res: ServerResponse) => void) {
  const server = createServer(handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const asking = request({ host: '127.0.0.1', port, path: '/photo_1_1.jpg', agent: false }).end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  answer.resume()
  server.close()
  const { date: _date, ...headers } = answer.headers
  return { status: answer.statusCode, headers }
}

function createLane(isStoreAway = false, isTrusted = true): FastLane {
  const memory = createLinkMemory({ maxItems: 10, ttlMs: 60_000 })
  const variant = makeVariant()
  const key = variantKey(variant)
  const address = 'https://earlier.example/none-of-our-form'
  memory.set(key, { address })
  const lane = createFastLane({
    memory,
    maxTargets: 10,
    metrics: { lookup: () => {} },
    redirectMaxAge: 60,
    isStoreAway: () => isStoreAway,
    isTrusted: () => isTrusted,
  })
  lane.note('/photo_1_1.jpg', { id: parseImageId('photo'), key, address })
  return lane
}

describe('the fast lane', () => {
  it('redirects as the usual path does, header by header', async () => {
    const fast = await answerOf((req, res) => createLane().redirect(stored, res, open(req)))
    const usual = await answerOf((req, res) => noFastLane.redirect(stored, res, open(req)))
    expect(fast).toEqual(usual)
  })

  it('answers targets whose link is remembered and trusted, and no others', async () => {
    const lane = createLane()
    const answer = await answerOf((req, res) => {
      const record = open(req)
      if (!lane.tryRedirect(req, res, record)) res.writeHead(500).end()
    })
    expect(answer).toMatchObject({
      status: 307,
      headers: { location: 'https://earlier.example/none-of-our-form' },
    })
    for (const silent of [createLane(true), createLane(false, false), noFastLane]) {
      const other = await answerOf((req, res) => {
        const isAnswered = silent.tryRedirect(req, res, open(req))
        res.writeHead(isAnswered ? 500 : 204).end()
      })
      expect(other.status).toBe(204)
    }
  })
})
