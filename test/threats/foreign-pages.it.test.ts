import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { browserMissing, runOnPage } from '../support/browser.ts'
import { type Answer, ask, getToken, store } from '../support/http.ts'
import { type Target, startTarget } from '../support/target.ts'

/** Headers that upload libraries, HTTP clients and tracing add to the requests of a page. */
const usualHeaders = {
  'X-Requested-With': 'XMLHttpRequest',
  'Cache-Control': 'no-cache',
  Authorization: 'Bearer abc',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  baggage: 'userId=alice',
  'X-XSRF-TOKEN': 'abc',
}

let target: Target
let photo: Buffer

beforeAll(async () => {
  target = await startTarget()
  photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  await store(target.base, 'photo', photo)
})
afterAll(() => target?.[Symbol.asyncDispose]())

function preflight(path: string, method: string, names?: string): Promise<Answer> {
  const asked = names === undefined ? {} : { 'Access-Control-Request-Headers': names }
  return ask(target.base, path, {
    method: 'OPTIONS',
    headers: {
      Origin: 'https://shop.example',
      'Access-Control-Request-Method': method,
      ...asked,
    },
  })
}

describe('a preflight', () => {
  it('R39 lets pages send every header that they ask for, and is remembered for a day', async () => {
    const names = 'x-token,traceparent,baggage,x-requested-with,authorization,cache-control'
    const { status, headers } = await preflight('/photo', 'POST', names)
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': names,
      'access-control-max-age': '86400',
    })
    expect(headers.vary).toContain('Access-Control-Request-Headers')
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it.each([
    ['a space', 'x-token, x y'],
    ['a semicolon', 'x-token;x'],
    ['a quotation mark', 'x-token,"x"'],
    ['a letter outside ASCII', 'x-tökén'],
    ['no name at all', ','],
    ['101 names', Array.from({ length: 101 }, (_, index) => `x-${index}`).join(',')],
    ['a name of 5,000 characters', 'x'.repeat(5000)],
  ])('R39 does not repeat a list of headers with %s', async (_name, names) => {
    const { status, headers } = await preflight('/photo', 'POST', names)
    expect([status, headers['access-control-allow-headers']]).toEqual([
      204,
      'X-Token, Content-Type',
    ])
  })

  it('R39 names the headers of an upload to those who ask for none', async () => {
    const { headers } = await preflight('/photo', 'POST')
    expect(headers['access-control-allow-headers']).toBe('X-Token, Content-Type')
  })

  it('R39 of a picture, and of a stored variant, is open to every page', async () => {
    for (const path of ['/photo_20_20.jpg', '/photo.jpg', '/_variants/aa/bb/c.jpg']) {
      const { status, headers } = await preflight(path, 'GET', 'traceparent')
      expect([path, status, headers['access-control-allow-origin']]).toEqual([path, 204, '*'])
      expect(headers['access-control-allow-headers']).toBe('traceparent')
    }
  })
})

describeUnless(browserMissing, 'pages of another origin in Chromium', () => {
  it('R39 upload and show pictures with the headers of libraries and of tracing', async () => {
    const token = await getToken(target.base, 'from a page')
    const result = await runOnPage(`
      const headers = ${JSON.stringify(usualHeaders)}
      const bytes = Uint8Array.from(atob('${photo.toString('base64')}'), (c) => c.charCodeAt(0))
      const body = new FormData()
      body.append('image', new File([bytes], 'photo.jpg', { type: 'image/jpeg' }))
      const address = '${target.base}/from%20a%20page'
      const upload = await fetch(address, {
        method: 'POST',
        headers: { ...headers, 'X-Token': '${token}' },
        body,
      })
      const statuses = [upload.status]
      // The last one is redirected to the stored variant.
      for (const path of ['/photo.jpg', '/photo_21_21.jpg', '/photo_22_22.jpg?proxy=true']) {
        statuses.push((await fetch('${target.base}' + path, { headers })).status)
      }
      let shown
      for (let tries = 0; tries < 100 && !shown?.redirected; tries += 1) {
        shown = await fetch('${target.base}/photo_21_21.jpg', { headers, cache: 'no-store' })
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      return [...statuses, shown.status, shown.redirected]
    `)
    expect(result).toEqual([200, 200, 200, 200, 200, true])
  })
})
