import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

/** Content that a browser would run or unpack if it took the file for anything but an image. */
const payloads = ['<?php system($_GET["c"]); ?>', '<script>alert(1)</script>', 'PK\u0003\u0004']

describe('what browsers are told', () => {
  let target: Target
  let photo: Buffer

  beforeAll(async () => {
    target = await startTarget()
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    await store(target.base, 'photo', photo)
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it('R20 an original that is also a page or an archive is an image to every browser', async () => {
    const comment = Buffer.from(payloads[0] ?? '')
    const marker = Buffer.from([0xff, 0xfe, 0, comment.length + 2])
    const head = Buffer.concat([photo.subarray(0, 2), marker, comment])
    const polyglot = Buffer.concat([head, photo.subarray(2), Buffer.from(payloads.join(''))])
    await store(target.base, 'page.html', polyglot)
    const original = await ask(target.base, '/page.html.jpg')
    expect(original.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': 'inline; filename=page.html.jpg',
    })
    for (const format of ['jpg', 'png', 'webp']) {
      const { status, body } = await ask(target.base, `/page.html_50_50.${format}`)
      expect(status).toBe(200)
      for (const payload of payloads) expect(body.includes(payload)).toBe(false)
    }
  })

  it('R20 the name of a saved original is its id, whatever characters that has', async () => {
    const image = await makePhoto({ width: 30, height: 20, format: 'png' })
    const id = 'it\'s "ünï" 図; filename=x.exe'
    await store(target.base, id, image)
    const { headers } = await ask(target.base, `/${encodeURIComponent(id)}.jpg`)
    const name = encodeURIComponent(`${id}.png`).replaceAll("'", '%27')
    expect(headers['content-disposition']).toBe(
      `inline; filename="it's \\"?n?\\" ?; filename=x.exe.png"; filename*=UTF-8''${name}`,
    )
  })

  it('R15 what a client says of hosts and addresses changes no answer', async () => {
    const hostile = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'gopher',
      'X-Forwarded-Prefix': '/evil',
      'X-Original-URL': '/evil.example',
      'X-Rewrite-URL': '/evil.example',
      Forwarded: 'host=evil.example;proto=gopher',
      'X-Host': 'evil.example',
    }
    const perAnswer = new Set(['date', 'x-request-id', 'server-timing'])
    for (const path of ['/photo_9999_10.jpg', '/photo.jpg', '/nobody.jpg', '/robots.txt']) {
      const [plain, misled] = [
        await ask(target.base, path),
        await ask(target.base, path, { headers: { ...hostile, Host: 'evil.example' } }),
      ]
      const steady = ({ headers }: typeof plain) =>
        Object.entries(headers).filter(([name]) => !perAnswer.has(name))
      expect([misled.status, steady(misled)]).toEqual([plain.status, steady(plain)])
      expect(misled.body.toString('latin1')).not.toContain('evil')
    }
  })

  it('R16 a redirect never leads to another host, whatever the id', async () => {
    const names = [
      '/evil.example/x',
      '%2f%2fevil.example',
      '%2fevil.example',
      '%5cevil.example',
      '%5c%5cevil.example',
      '\\evil.example',
      'https:%2f%2fevil.example',
      '@evil.example',
      '%09%2fevil.example',
      '.evil.example',
    ]
    for (const name of names) {
      const { status, headers } = await ask(target.base, `/${name}_9999_9999.jpg`)
      expect([name, [400, 404].includes(status), headers.location]).toEqual([name, true, undefined])
    }
    const ids = ['@evil.example', 'https:evil.example', ';evil.example', '?x', '#x', '%2f%2fevil']
    for (const id of ids) {
      await store(target.base, id, photo)
      const path = `/${encodeURIComponent(id)}_9999_10.jpg`
      const { status, headers } = await ask(target.base, path)
      const { host, pathname } = new URL(headers.location ?? '', 'http://own.example')
      expect([status, host]).toEqual([307, 'own.example'])
      expect(decodeURIComponent(pathname)).toBe(`/${id}_2000_10.jpg`)
    }
  })

  it('R18 a cache that keeps to Vary gives WebP to no client that does not take it', async () => {
    const kept = new Map<string, string | undefined>()
    const path = '/photo_55_55.jpg?allow_webp=true'
    for (const accept of ['image/webp,*/*', '*/*', 'image/webp', 'image/jpeg']) {
      const { headers } = await ask(target.base, path, { headers: { Accept: accept } })
      expect(headers.vary).toBe('Accept')
      kept.set(accept, headers['content-type'] ?? headers.location?.slice(-4))
    }
    expect(kept.get('image/webp,*/*')).toMatch(/webp$/)
    for (const accept of ['*/*', 'image/jpeg']) expect(kept.get(accept)).toMatch(/jpeg$|\.jpg$/)
  })

  it('R23 pages of every origin may show images, without credentials, and none may ask for tokens', async () => {
    const headers = { Origin: 'https://shop.example', Cookie: 'a=b' }
    for (const path of ['/photo_56_56.jpg', '/photo.jpg', '/photo_9999_10.jpg']) {
      const answer = await ask(target.base, path, { headers })
      expect(answer.headers['access-control-allow-origin']).toBe('*')
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
    }
    const preflight = await ask(target.base, '/photo', { method: 'OPTIONS', headers })
    expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([
      204,
      'X-Token, Content-Type',
    ])
    for (const method of ['OPTIONS', 'POST']) {
      const answer = await ask(target.base, '/token', { method, headers })
      const cors = Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))
      expect(cors).toEqual([])
    }
  })
})
