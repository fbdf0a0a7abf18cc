import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { browserMissing, runOnPage } from '../support/browser.ts'
import { type Answer, ask, getToken, store } from '../support/http.ts'
import { readMetric } from '../support/metrics.ts'
import { startStack } from '../support/stack.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

/** Headers that upload libraries, HTTP clients and tracing add to the requests of a page. */
const usualHeaders = {
  'X-Requested-With': 'XMLHttpRequest',
  'Cache-Control': 'no-cache',
  Authorization: 'Bearer abc',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  baggage: 'userId=alice',
  'X-XSRF-TOKEN': 'abc',
}

const exposed = [
  'Content-Length',
  'ETag',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Server-Timing',
  'X-Redirect-Info',
  'X-Request-Id',
]

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

  it('R39 of an image, and of a stored variant, is open to every page', async () => {
    for (const path of ['/photo_20_20.jpg', '/photo.jpg', '/_variants/aa/bb/c.jpg']) {
      const { status, headers } = await preflight(path, 'GET', 'traceparent')
      expect([path, status, headers['access-control-allow-origin']]).toEqual([path, 204, '*'])
      expect(headers['access-control-allow-headers']).toBe('traceparent')
    }
  })
})

describe('an answer to a page of another origin', () => {
  const headers = { Origin: 'https://shop.example' }

  it.each([
    ['a missing image', '/nobody_10_10.jpg', 404],
    ['a missing original', '/nobody.jpg', 404],
    ['a wrong address', '/photo_0_0.jpg', 400],
    ['a wrong option', '/photo_10_10.jpg?fit=stretch', 400],
    ['a missing stored variant', '/_variants/aa/bb/c.jpg', 404],
    ['a range beyond the end', '/photo.jpg', 416],
    ['a missing icon', '/favicon.ico', 404],
  ])('R40 of %s may be read by it', async (_name, path, expected) => {
    const range = expected === 416 ? { Range: 'bytes=9999999-' } : {}
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(target.base, path, { method, headers: { ...headers, ...range } })
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
        expected,
        '*',
      ])
      expectExposed(answer)
    }
  })

  it('R40 of an image, an original and an upload has headers that it may read', async () => {
    const paths = ['/photo_23_23.jpg', '/photo_23_23.jpg?proxy=true', '/photo.jpg']
    for (const path of paths) expectExposed(await ask(target.base, path, { headers }))
    const refused = await ask(target.base, '/photo', { method: 'POST', headers })
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, '*'])
    expectExposed(refused)
  })

  it('R40 of /token may be read by none', async () => {
    for (const method of ['GET', 'POST', 'PUT']) {
      const answer = await ask(target.base, '/token', { method, headers })
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  function expectExposed(answer: Answer): void {
    const names = answer.headers['access-control-expose-headers']?.split(', ')
    expect(names).toEqual(expect.arrayContaining(exposed))
  }
})

it('R44 an origin that may not upload is logged once with the setting, and counted', async () => {
  await using stack = await startStack({ env: { UPLOAD_ORIGINS: 'https://shop.example' } })
  const origins = ['https://evil.example', 'https://shop.example', 'https://evil.example', 'null']
  for (const Origin of origins) {
    for (const method of ['OPTIONS', 'POST']) {
      await ask(stack.base, '/photo', { method, headers: { Origin } })
    }
  }
  expect(await readMetric(stack, 'iaas_refused_upload_origins_total')).toBe(6)
  const lines = () =>
    stack
      .output()
      .split('\n')
      .filter((line) => line.includes('origin refused'))
  await until(() => lines().length >= 2)
  expect(lines().map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      origin: 'https://evil.example',
      setting: 'upload_origins (UPLOAD_ORIGINS)',
    }),
    expect.objectContaining({ origin: 'null' }),
  ])
})

describeUnless(browserMissing, 'pages of another origin in Chromium', () => {
  it('R39 upload and show images with the headers of libraries and of tracing', async () => {
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

  it('R40 tell a missing image from a failed network, and when to come again', async () => {
    await using limited = await startTarget({ config: { limits: { renders_per_client: 1 } } })
    await store(limited.base, 'photo', photo)
    const result = await runOnPage(`
      const see = async (address) => {
        const answer = await fetch(address)
        const type = answer.ok ? '' : (await answer.json()).type
        const has = (name) => answer.headers.get(name) !== null
        const names = ['ETag', 'Server-Timing', 'X-Request-Id', 'Retry-After', 'RateLimit']
        return [answer.status, type, ...names.filter(has)]
      }
      const seen = []
      for (const path of ['/photo_10_10.jpg', '/photo_11_11.jpg', '/nobody_10_10.jpg']) {
        seen.push(await see('${limited.base}' + path))
      }
      return [...seen, await see('http://127.0.0.1:1/').catch((error) => error.name)]
    `)
    expect(result).toEqual([
      [200, '', 'ETag', 'Server-Timing', 'X-Request-Id'],
      [429, 'urn:iaas:problem:too-many-renders', 'X-Request-Id', 'Retry-After', 'RateLimit'],
      [404, 'urn:iaas:problem:original-not-found', 'X-Request-Id'],
      'TypeError',
    ])
  })
})
