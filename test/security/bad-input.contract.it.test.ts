import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import fc from 'fast-check'
import { ask, json, store } from '../support/http.ts'
import { sendRaw } from '../support/raw-request.ts'
import type { Target } from '../support/target-type.ts'
import { itWithoutEdge, startTarget } from '../support/target.ts'

const canary = 'the canary beside the originals'

describe('bad input', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget()
    if (target.stack !== undefined) await writeFile(join(target.stack.dataDir, 'canary'), canary)
    await store(target.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it.each([
    '/..%2f..%2f..%2fetc%2fpasswd.jpg',
    '/..%2fcanary.jpg',
    '/..%2f..%2fetc%2fpasswd_10_10.jpg',
    '/%2e%2e%2fcanary.jpg',
    '/..%5c..%5ccanary.jpg',
    '/../canary.jpg',
    '/./canary.jpg',
    '/a/../canary.jpg',
    '//evil.example/x_9999_9999.jpg',
    '/%2f%2fevil.example/x_9999_9999.jpg',
    '/\\evil.example_9999_9999.jpg',
    '/.incoming.jpg',
    '/_hidden.jpg',
    '/a%00b.jpg',
    '/a%0d%0aSet-Cookie:x_10_10.jpg',
    '/a%7fb.jpg',
    '/%C0%AE%C0%AE.jpg',
    '/%ff.jpg',
    '/%.jpg',
    '/%e0%a4%a.jpg',
    '/%ED%A0%80.jpg',
    '/x',
    '/.jpg',
    '/_10_10.jpg',
    '/token.jpg',
    '/photo_10_10.jpg/',
    '/*',
  ])('R1 400 for the path %s', async (path) => {
    const answer = await ask(target.base, path)
    expect([answer.status, answer.headers['content-type']]).toEqual([
      400,
      'application/problem+json',
    ])
    expect(answer.body.includes(canary)).toBe(false)
  })

  it('404 for the root, which says what this is', async () => {
    const answer = await ask(target.base, '/')
    expect([answer.status, answer.headers['content-type']]).toEqual([
      404,
      'application/problem+json',
    ])
    expect(json(answer)['detail']).toContain('/{id}_{width}_{height}.{format}')
  })

  it('R1 a double encoding is decoded once', async () => {
    const answer = await ask(target.base, '/%252e%252e%252fcanary.jpg')
    expect(answer.status).toBe(404)
    expect(answer.body.includes(canary)).toBe(false)
  })

  it('R22 does not show the metrics, the dashboard or anything else on the public port', async () => {
    for (const path of [
      '/metrics',
      '/queues',
      '/admin/queues',
      '/METRICS',
      '/%6detrics',
      '/..%2fmetrics',
    ]) {
      expect([400, 404]).toContain((await ask(target.base, path)).status)
    }
  })

  it.each([
    ['underscores', '_'.repeat(1900)],
    ['sizes', '_1'.repeat(900)],
    ['scales', '_2x'.repeat(600)],
    ['digits', '1'.repeat(1900)],
    ['dots', 'a.'.repeat(900)],
    ['percents', '%25'.repeat(600)],
    ['2,000 and more characters', 'x'.repeat(2500)],
    ['15,000 characters', 'x'.repeat(15_000)],
  ])('R5 answers a path of %s at once', async (_name, id) => {
    const answer = await ask(target.base, `/${id}.jpg`)
    expect([400, 404, 414]).toContain(answer.status)
  })

  itWithoutEdge('R5 431 for headers over 16 KB, and lives on', async () => {
    const answer = await ask(target.base, '/photo_10_10.jpg', {
      headers: { X: 'x'.repeat(20_000) },
    })
    expect(answer.status).toBe(431)
    expect((await ask(target.base, '/healthz')).status).toBe(200)
  })

  it.each([
    'GET /photo_10_10.jpg HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'GET  /x HTTP/1.1\r\n\r\n',
    'NONSENSE\r\n\r\n',
    '\u0000\u0001\u0002\r\n\r\n',
  ])('R19 400 for what is no HTTP: %j', async (bytes) => {
    expect(await sendRaw(target.base, bytes)).toMatch(/^HTTP\/1\.1 400 /)
  })

  itWithoutEdge('400 for another version of HTTP', async () => {
    expect(await sendRaw(target.base, 'GET /x HTTP/9.9\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  itWithoutEdge(
    'a GET with an absolute address of another host leads nowhere but here',
    async () => {
      const bytes =
        'GET http://evil.example/photo_9999_1.jpg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
      const answer = await sendRaw(target.base, bytes)
      expect(answer).toMatch(/^HTTP\/1\.1 307 /)
      expect(answer).toMatch(/^location: \/photo_2000_1\.jpg\r$/im)
      expect(answer).not.toContain('evil')
    },
  )

  itWithoutEdge('takes thousands of query parameters, and pollutes nothing', async () => {
    const query = Array.from({ length: 1500 }, (_, index) => `p${index}=1`).join('&')
    const polluting = '__proto__[polluted]=1&constructor.prototype.polluted=1'
    const answer = await ask(target.base, `/photo_11_11.jpg?${polluting}&${query}&fit=crop`)
    expect(answer.status).toBe(200)
  })

  it('gives arbitrary paths an answer of the contract', async () => {
    const part = fc.oneof(
      fc
        .string({ unit: 'binary', maxLength: 40 })
        .map((text) => encodeURIComponent(text.toWellFormed())),
      fc.constantFrom(
        'photo',
        '_',
        '_10_10',
        '_2x',
        '.jpg',
        '.png',
        '..',
        '%2f',
        '%00',
        '%',
        '0',
        '-1',
        '?fit=',
        'crop',
      ),
    )
    const path = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('')}`)
    await fc.assert(
      fc.asyncProperty(path, async (candidate) => {
        const { status } = await ask(target.base, candidate)
        expect([200, 307, 400, 404, 414]).toContain(status)
      }),
      { numRuns: 500 },
    )
  })

  it('is still well after all that', async () => {
    expect((await ask(target.base, '/readyz')).status).toBe(200)
    expect(target.stack?.output() ?? '').not.toMatch(/unhandled|TypeError|RangeError/i)
  })
})
