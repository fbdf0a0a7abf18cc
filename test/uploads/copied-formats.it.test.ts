import { makeHeic, rotation } from '@iaas/testing/images/make-heic'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { ask, getToken, json, store, upload } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { type Stack, startStack } from '../support/stack.ts'

describe('originals that no browser shows', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  const heic = makeHeic({ properties: [rotation(1)] })
  const read = async (name: string, labels: Record<string, string>) =>
    (await readMetrics(stack.admin)).sum(name, labels)

  it('have their working copy when their upload is answered, and variants come from it', async () => {
    const token = await getToken(stack.base, 'phone')
    const answer = await upload(stack.base, 'phone', token, heic)
    expect(await read('iaas_working_copies_total', { result: 'copied' })).toBe(1)
    expect(answer.status).toBe(200)
    expect(json(answer)).toMatchObject({ original_width: 512, original_height: 512 })
    const variant = await ask(stack.base, '/phone_64_64.jpg')
    expect(await sharp(variant.body).metadata()).toMatchObject({ format: 'jpeg', width: 64 })
    expect(await read('iaas_render_sources_total', { source: 'original' })).toBe(0)
  })

  it('are served as they came under their own extension and under every other one', async () => {
    await store(stack.base, 'kept', heic)
    for (const extension of ['heic', 'heif', 'HEIC', 'jpg', 'gif', 'tiff']) {
      const answer = await ask(stack.base, `/kept.${extension}`)
      expect(answer.status).toBe(200)
      expect(answer.headers['content-type']).toBe('image/heic')
      expect(answer.headers['content-disposition']).toBe('inline; filename=kept.heic')
      expect(answer.body.equals(heic)).toBe(true)
    }
  })

  it('are no format of variants', async () => {
    const answer = await ask(stack.base, '/kept_10_10.heic')
    expect(answer.status).toBe(400)
    expect(json(answer)['detail']).toContain('The path must end in .jpg')
  })

  it('keep ids that end like them', async () => {
    const blank = sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
    const photo = await blank.jpeg().toBuffer()
    await store(stack.base, 'album.heic', photo)
    expect((await ask(stack.base, '/album.heic.jpg')).body.equals(photo)).toBe(true)
  })
})

it('HEIC is refused where originals.heic is off', async () => {
  await using strict = await startStack({ env: { ORIGINALS_HEIC: 'false' } })
  const token = await getToken(strict.base, 'phone')
  const answer = await upload(strict.base, 'phone', token, makeHeic())
  expect(answer.status).toBe(415)
  expect(json(answer)['detail']).toContain('HEIC is not supported')
})

it('T45 SVG is refused unless originals.svg is on, and is then saved instead of shown', async () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10"/></svg>',
  )
  await using plain = await startStack()
  const refused = await upload(plain.base, 'icon', await getToken(plain.base, 'icon'), svg)
  expect(refused.status).toBe(415)
  await using open = await startStack({ env: { ORIGINALS_SVG: 'true' } })
  await store(open.base, 'icon', svg)
  const original = await ask(open.base, '/icon.svg')
  expect(original.headers['content-type']).toBe('image/svg+xml')
  expect(original.headers['content-disposition']).toBe('attachment; filename=icon.svg')
  expect(original.headers['content-security-policy']).toBe("default-src 'none'; sandbox")
  expect(original.headers['x-content-type-options']).toBe('nosniff')
  const variant = await ask(open.base, '/icon_400_400.png')
  expect(await sharp(variant.body).metadata()).toMatchObject({ width: 400, height: 200 })
})
