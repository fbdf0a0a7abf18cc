import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Answer, ask, askLocation, askUntil, store } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'

describe('stored variants that the service serves itself', () => {
  let stack: Stack
  let redirect: Answer

  beforeAll(async () => {
    stack = await startStack()
    await store(stack.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
    redirect = await askUntil(({ status }) => status === 307, stack.base, '/photo_30_30.jpg')
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  it('carry what images carry, and may be kept for good', async () => {
    const { status, headers } = await askLocation(stack.base, redirect)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'public, max-age=31536000',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
      etag: expect.stringMatching(/^"[^"]+"$/),
    })
  })

  it('are 304 to a client that has them', async () => {
    const { headers } = await askLocation(stack.base, redirect)
    const { pathname } = new URL(redirect.headers.location ?? '', stack.base)
    const again = await ask(stack.base, pathname, {
      headers: { 'If-None-Match': headers.etag as string },
    })
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, headers.etag])
  })

  it('are sent in the parts that a client asks for', async () => {
    const { body } = await askLocation(stack.base, redirect)
    const { pathname } = new URL(redirect.headers.location ?? '', stack.base)
    const part = await ask(stack.base, pathname, { headers: { Range: 'bytes=10-19' } })
    expect([part.status, part.headers['content-range']]).toEqual([
      206,
      `bytes 10-19/${body.length}`,
    ])
    expect(part.body).toEqual(body.subarray(10, 20))
  })

  it('are 404 where there is none, whatever is asked for', async () => {
    const key = `00/00/${'0'.repeat(64)}-1.jpg`
    for (const path of [`/_variants/${key}`, '/_variants/', '/_variants/..%2f..%2fetc%2fpasswd']) {
      const { status, headers } = await ask(stack.base, path)
      expect([path, status, headers['content-type']]).toEqual([
        path,
        404,
        'application/problem+json',
      ])
      expect(headers['cache-control']).not.toContain('max-age=31536000')
    }
  })
})
