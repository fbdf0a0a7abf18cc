import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ask, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { itWithoutEdge, startTarget } from '../support/target.ts'

describe('configuration', () => {
  let target: Target

  beforeAll(async () => {
    const files = {
      allow_indexing: true,
      redirect_cache_timeout: 60,
      webp: { allow_dynamic_switch: true, allow_opt_in: false },
      constraints: { max_width: 300, max_height: 200 },
      upload_origins: ['https://shop.example'],
      aws: { bucket_url: 'https://images.example/' },
    }
    target = await startTarget({ config: files })
    await store(target.base, 'photo', await makePhoto({ width: 600, height: 400, format: 'jpeg' }))
  })
  afterAll(() => target[Symbol.asyncDispose]())

  const webp = { headers: { Accept: 'image/webp,*/*;q=0.8' } }

  it('R18 webp.allow_dynamic_switch answers every client that names WebP in WebP, with Vary: Accept on every answer', async () => {
    const switched = await ask(target.base, '/photo_50_50.png', webp)
    const plain = await ask(target.base, '/photo_50_50.png')
    expect([switched.headers['content-type'], switched.headers.vary]).toEqual([
      'image/webp',
      'Accept',
    ])
    expect([plain.headers['content-type'], plain.headers.vary]).toEqual(['image/png', 'Accept'])
    const missing = await ask(target.base, '/nobody_50_50.png')
    expect([missing.status, missing.headers.vary]).toEqual([404, 'Accept'])
    const bounded = await ask(target.base, '/photo_5000_50.png')
    expect([bounded.status, bounded.headers.vary]).toEqual([307, 'Accept'])
  })

  it.each(['*/*', 'image/*', 'image/webp;q=0', 'image/webp;q=0.0', 'image/webpx', 'text/html'])(
    'a client that sends Accept: %s does not name WebP',
    async (accept) => {
      const answer = await ask(target.base, '/photo_51_51.jpg', { headers: { Accept: accept } })
      expect(answer.headers['content-type'] ?? 'image/jpeg').toBe('image/jpeg')
    },
  )

  it('constraints.max_width and max_height bound the box', async () => {
    const answer = await ask(target.base, '/photo_600_400.jpg')
    expect(answer.headers.location).toBe('/photo_300_200.jpg')
  })

  itWithoutEdge(
    'redirects go to aws.bucket_url, the old name of aws.cache_host, for redirect_cache_timeout seconds',
    async () => {
      let answer = await ask(target.base, '/photo_52_52.jpg')
      while (answer.status === 200) answer = await ask(target.base, '/photo_52_52.jpg')
      expect(answer.headers.location).toMatch(/^https:\/\/images\.example\/_variants\//)
      expect(answer.headers['cache-control']).toBe('max-age=60')
    },
  )

  it('allow_indexing lets search engines in', async () => {
    const answer = await ask(target.base, '/robots.txt')
    expect(answer.body.toString()).not.toContain('Disallow: /')
  })

  it('R23 upload_origins lets the pages of those origins alone upload', async () => {
    const preflightFrom = async (origin: string) => {
      const answer = await ask(target.base, '/x', {
        method: 'OPTIONS',
        headers: { Origin: origin },
      })
      return answer.headers['access-control-allow-origin']
    }
    expect(await preflightFrom('https://shop.example')).toBe('https://shop.example')
    expect(await preflightFrom('https://other.example')).toBeUndefined()
  })
})

describe('webp.allow_opt_in off', () => {
  it('allow_webp=true changes nothing, and nothing varies', async () => {
    await using target = await startTarget({ config: { webp: { allow_opt_in: false } } })
    await store(target.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
    const accept = { headers: { Accept: 'image/webp' } }
    const answer = await ask(target.base, '/photo_50_50.jpg?allow_webp=true', accept)
    expect([answer.headers['content-type'], answer.headers.vary]).toEqual(['image/jpeg', undefined])
  })
})
