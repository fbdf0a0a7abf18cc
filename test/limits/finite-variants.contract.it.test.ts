import { createHmac } from 'node:crypto'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Answer, ask, askLocation, askUntil, json, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

const key = 'a key of the contract suite'
const otherKey = 'another key of the same suite'

/** As anyone would who reads docs/url-grammar.md. */
function sign(target: string, by = key): string {
  const signature = createHmac('sha256', by).update(target).digest('base64url')
  return `${target}${target.includes('?') ? '&' : '?'}s=${signature}`
}

describe('signed addresses', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget({ config: { signing: { keys: [key, otherKey] } } })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  const statusOf = async (path: string) => (await ask(target.base, path)).status

  it('are served, with each of the keys, originals as well', async () => {
    expect(await statusOf(sign('/photo_60_60.jpg'))).toBe(200)
    expect(await statusOf(sign('/photo_61_61.jpg?fit=crop', otherKey))).toBe(200)
    expect(await statusOf(sign('/photo.jpg'))).toBe(200)
  })

  it('are the only ones: 403 for no signature, a wrong one, and that of another address', async () => {
    const paths = [
      '/photo_62_62.jpg',
      '/photo.jpg',
      sign('/photo_62_62.jpg', 'a key that is none of them'),
      sign('/photo_62_62.jpg').replace('62_62', '63_63'),
      `${sign('/photo_62_62.jpg')}&fit=crop`,
    ]
    for (const path of paths) {
      const answer = await ask(target.base, path)
      expect([path, answer.status, json(answer)['type']]).toEqual([
        path,
        403,
        'urn:iaas:problem:signature-invalid',
      ])
    }
  })

  it('end when they say so', async () => {
    const seconds = Math.round(Date.now() / 1000)
    expect(await statusOf(sign(`/photo_64_64.jpg?expires=${seconds + 60}`))).toBe(200)
    expect(await statusOf(sign(`/photo_64_64.jpg?expires=${seconds - 60}`))).toBe(403)
  })

  it('are remembered no longer than they are good, whatever they answer', async () => {
    const expires = Math.round(Date.now() / 1000) + 60
    const paths = ['/photo_66_66.jpg', '/photo_4000_11.jpg', '/photo.jpg']
    const stored = sign(`/photo_67_67.jpg?expires=${expires}`)
    await askUntil(isHit, target.base, stored)
    for (const path of [...paths.map((each) => sign(`${each}?expires=${expires}`)), stored]) {
      const { headers } = await ask(target.base, path)
      const [, age] = /max-age=(\d+)/.exec(headers['cache-control'] ?? '') ?? []
      expect(Number(age)).toBeGreaterThan(30)
      expect(Number(age)).toBeLessThanOrEqual(61)
    }
  })

  it('are redirected within the bounds to addresses that are signed, with the same expiry', async () => {
    const expires = Math.round(Date.now() / 1000) + 60
    const answer = await ask(target.base, sign(`/photo_4000_10.jpg?expires=${expires}`))
    expect([answer.status, answer.headers.location]).toEqual([
      307,
      sign(`/photo_2000_10.jpg?expires=${expires}`),
    ])
    expect(await statusOf(answer.headers.location ?? '')).toBe(200)
  })

  it('lead to stored variants whose addresses are signed as well, where the service serves them itself', async () => {
    const expires = Math.round(Date.now() / 1000) + 60
    const hit = await askUntil(isHit, target.base, sign(`/photo_68_68.jpg?expires=${expires}`))
    const answer = await askLocation(target.base, hit)
    expect(answer.status).toBe(200)
    const { pathname } = new URL(hit.headers.location ?? '', target.base)
    if (!pathname.startsWith('/_variants/')) return
    expect(answer.headers['cache-control']).toMatch(/max-age=[1-6]?\d$/)
    expect(await statusOf(pathname)).toBe(403)
    expect(await statusOf(sign(`${pathname}?expires=${expires - 120}`))).toBe(403)
  })

  it('share the stored variant of their image', async () => {
    const first = await askUntil(isHit, target.base, sign('/photo_65_65.jpg'))
    const other = await ask(target.base, sign('/photo_65_65.jpg', otherKey))
    expect(other.headers.location).toBe(first.headers.location)
  })
})

describe('offered widths', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget({ config: { offer: { widths: ['400', '100'] } } })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it.each([
    ['/photo_90_60.jpg', '/photo_100_67.jpg'],
    ['/photo_150_150_2x.png?fit=crop&blur=true', '/photo_400_400.png?fit=crop&blur=true'],
    ['/photo_5000_100.jpg', '/photo_400_20.jpg'],
  ])('redirect %s to the next one, %s', async (path, rung) => {
    const answer = await ask(target.base, path)
    expect([answer.status, answer.headers.location]).toEqual([307, rung])
    expect(answer.headers['x-redirect-info']).toBeTruthy()
    expect((await ask(target.base, rung)).status).toBe(200)
  })

  it('ask for the original first', async () => {
    expect((await ask(target.base, '/nobody_90_60.jpg')).status).toBe(404)
  })
})

describe('offered widths of an image that is far longer than high', () => {
  it('are where a cover within the bounds is sent to, in one step', async () => {
    await using target = await startTarget({ config: { offer: { widths: [10, 500] } } })
    await store(target.base, 'wide', await makePhoto({ width: 3000, height: 30, format: 'jpeg' }))
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(target.base, '/wide_500_500.png?fit=cover', { method })
      expect(answer.headers.location).toBe('/wide_10_10.png?fit=cover')
    }
    expect((await ask(target.base, '/wide_10_10.png?fit=cover')).status).toBe(200)
  })
})

describe('offered sizes', () => {
  it('are served, and any other is 400 that names them', async () => {
    await using target = await startTarget({ config: { offer: { sizes: ['100x50', '30x30'] } } })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
    expect((await ask(target.base, '/photo_50_25_2x.jpg')).status).toBe(200)
    const answer = await ask(target.base, '/photo_31_30.jpg')
    expect([answer.status, json(answer)['detail']]).toEqual([
      400,
      'The size 31x30 is not allowed; allowed sizes are 100x50, 30x30.',
    ])
  })

  it('send nobody to one that is not offered', async () => {
    await using target = await startTarget({ config: { offer: { sizes: ['500x500'] } } })
    await store(target.base, 'wide', await makePhoto({ width: 3000, height: 30, format: 'jpeg' }))
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(target.base, '/wide_500_500.png?fit=cover', { method })
      expect([method, answer.status]).toEqual([method, 400])
    }
  })

  it('are reached by way of the offered widths, or not at all', async () => {
    const offer = { widths: [200, 400], sizes: ['300x200', '400x267'] }
    await using target = await startTarget({ config: { offer } })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
    const up = await ask(target.base, '/photo_300_200.jpg')
    expect([up.status, (await askLocation(target.base, up)).status]).toEqual([307, 200])
    // A cover goes down a rung, where no size is offered.
    const down = await ask(target.base, '/photo_300_200.jpg?fit=cover')
    expect([down.status, json(down)['detail']]).toEqual([400, expect.stringContaining('200x133')])
  })
})

describe('limits on renders', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget({ config: { limits: { renders_per_client: 3 } } })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it('R11 429 with Retry-After and RateLimit for new variants beyond them; what is stored is served', async () => {
    const stored = '/photo_70_70.jpg'
    await askUntil(isHit, target.base, stored)
    const spoofed = (index: number) => ({ headers: { 'X-Forwarded-For': `192.0.2.${index}` } })
    for (const size of [71, 72]) {
      expect((await ask(target.base, `/photo_${size}_${size}.jpg`)).status).toBe(200)
    }
    for (const size of [73, 74, 75]) {
      const answer = await ask(target.base, `/photo_${size}_${size}.jpg`, spoofed(size))
      expect([answer.status, answer.headers['ratelimit-policy']]).toEqual([
        429,
        '"client";q=3;w=60',
      ])
      expect(answer.headers['ratelimit']).toMatch(/^"client";r=0;t=\d+$/)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect((await ask(target.base, stored)).status).toBe(307)
    expect((await ask(target.base, '/photo.jpg')).status).toBe(200)
  })
})

function isHit({ status }: Answer): boolean {
  return status === 307
}
