import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, store } from '../support/http.ts'
import { type Target, startTarget } from '../support/target.ts'

/** What a browser would run, or unpack, if it took the file for anything but a picture. */
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

  it('R20 an original that is also a page or an archive is a picture to every browser', async () => {
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
    const picture = await makePhoto({ width: 30, height: 20, format: 'png' })
    const id = 'it\'s "ünï" 図; filename=x.exe'
    await store(target.base, id, picture)
    const { headers } = await ask(target.base, `/${encodeURIComponent(id)}.jpg`)
    const name = encodeURIComponent(`${id}.png`).replaceAll("'", '%27')
    expect(headers['content-disposition']).toBe(
      `inline; filename="it's \\"?n?\\" ?; filename=x.exe.png"; filename*=UTF-8''${name}`,
    )
  })
})
