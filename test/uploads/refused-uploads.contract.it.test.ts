import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makeInterlacedBomb, makePixelFlood, makeThinWebp } from '@iaas/testing/images/bombs'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { strangers, truncate } from '@iaas/testing/images/strangers'
import { until } from '@iaas/testing/until'
import { ask, getToken, json, multipart, postToken, store, upload } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

describe('an attempt that is refused leaves no file and frees the id', () => {
  let target: Target
  let photo: Buffer

  beforeAll(async () => {
    const constraints = { max_on_disk: 0.5, max_input: 4, max_upload_bytes: 3_000_000 }
    target = await startTarget({ config: { constraints } })
    photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
  })
  afterAll(() => target[Symbol.asyncDispose]())

  /** An attempt that failed has left no file, and a new token for its id is to be had. */
  async function expectNothingLeft(id: string, filesBefore: number): Promise<void> {
    await until(async () => (await target.countOriginals()) === filesBefore)
    expect((await ask(target.base, `/${encodeURIComponent(id)}.jpg`)).status).toBe(404)
    await until(async () => (await postToken(target.base, { id })).status === 200)
  }

  const crops = [
    'x=0&y=0&width=10',
    'x=0',
    'x=-1&y=0&width=10&height=10',
    'x=a&y=0&width=10&height=10',
    'x=0&y=0&width=0&height=10',
    'x=0&y=0&width=601&height=10',
    'x=600&y=0&width=1&height=1',
    'x=0&y=0&width=2147483648&height=1',
    'x=NaN&y=0&width=1&height=1',
    'x=0&y=0&width=1e1&height=1',
    'x=0&y=0&width=Infinity&height=1',
    'x=99999999999999999999&y=0&width=1&height=1',
    'x=0.5&y=0&width=1&height=1',
    'x=0&x=0&y=0&width=1&height=1',
  ]
  it.each(crops)('T21 400 for the crop region %s', async (crop) => {
    const id = `crop ${crop}`
    const files = await target.countOriginals()
    const answer = await upload(target.base, id, await getToken(target.base, id), photo, `?${crop}`)
    expect([answer.status, answer.headers['content-type']]).toEqual([
      400,
      'application/problem+json',
    ])
    await expectNothingLeft(id, files)
  })

  it.each([
    ['the image in another field', [{ name: 'picture', content: 'x', filename: 'x' }]],
    ['no image', [{ name: 'comment', content: 'hello' }]],
    [
      'two images',
      [
        { name: 'image', content: 'x', filename: 'x' },
        { name: 'image', content: 'x', filename: 'y' },
      ],
    ],
    [
      'two texts in the field of the image',
      [
        { name: 'image', content: 'x' },
        { name: 'image', content: 'y' },
      ],
    ],
    [
      '1,000 parts',
      Array.from({ length: 1000 }, (_, part) => ({ name: `f${part}`, content: 'x' })),
    ],
    [
      '1,000 files',
      Array.from({ length: 1000 }, () => ({ name: 'image', content: 'x', filename: 'x' })),
    ],
  ])('T11 400 for %s', async (name, parts) => {
    const files = await target.countOriginals()
    const token = await getToken(target.base, name)
    const { body, headers } = multipart(parts)
    const answer = await ask(target.base, `/${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { ...headers, 'X-Token': token },
      body,
    })
    expect(answer.status).toBe(400)
    await expectNothingLeft(name, files)
  })

  it.each([
    ['no file chosen', { filename: '', type: 'application/octet-stream' }],
    ['an empty text', {}],
    ['nothing at all of a type', { type: 'image/jpeg' }],
  ])('400 for a form with %s: it has no image', async (name, kind) => {
    const files = await target.countOriginals()
    const { body, headers } = multipart([{ name: 'image', content: '', ...kind }])
    const answer = await ask(target.base, `/${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { ...headers, 'X-Token': await getToken(target.base, name) },
      body,
    })
    expect([answer.status, json(answer)['type']]).toEqual([400, 'urn:iaas:problem:image-missing'])
    await expectNothingLeft(name, files)
  })

  it('415 for a text in the field of the image: by its content it is none', async () => {
    const files = await target.countOriginals()
    const { body, headers } = multipart([{ name: 'image', content: 'hello' }])
    const answer = await ask(target.base, '/a-text', {
      method: 'POST',
      headers: { ...headers, 'X-Token': await getToken(target.base, 'a-text') },
      body,
    })
    expect(answer.status).toBe(415)
    await expectNothingLeft('a-text', files)
  })

  it.each([
    'application/json',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'text/plain',
    '',
  ])('T11 400 for the Content-Type "%s"', async (type) => {
    const files = await target.countOriginals()
    const id = `type ${type.replaceAll('/', ' ')}`
    const token = await getToken(target.base, id)
    const answer = await ask(target.base, `/${encodeURIComponent(id)}`, {
      method: 'POST',
      headers: { 'Content-Type': type, 'X-Token': token },
      body: '{"image":"x"}',
    })
    expect(answer.status).toBe(400)
    await expectNothingLeft(id, files)
  })

  it.each(Object.entries(strangers))(
    'T10 415 for %s that is called a JPEG',
    async (name, content) => {
      const files = await target.countOriginals()
      const { body, headers } = multipart([
        {
          name: 'image',
          content: Buffer.from(content, 'latin1'),
          filename: 'photo.jpg',
          type: 'image/jpeg',
        },
      ])
      const answer = await ask(target.base, `/${encodeURIComponent(name)}`, {
        method: 'POST',
        headers: { ...headers, 'X-Token': await getToken(target.base, name) },
        body,
      })
      expect([answer.status, json(answer)['detail']]).toEqual([
        415,
        expect.stringContaining('JPEG, PNG'),
      ])
      await expectNothingLeft(name, files)
    },
  )

  it.each([0.1, 0.5, 0.9])('T10 415 for the first %d of a file', async (share) => {
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff'] as const) {
      const id = `part ${share} ${format}`
      const files = await target.countOriginals()
      const part = truncate(await makePhoto({ width: 300, height: 200, format }), share)
      const answer = await upload(target.base, id, await getToken(target.base, id), part)
      expect([format, answer.status]).toEqual([format, 415])
      await expectNothingLeft(id, files)
    }
  })

  it.each([
    [
      'more than max_input megapixels',
      () => makePhoto({ width: 2100, height: 2000, format: 'png' }),
    ],
    ['a header of 4,000 megapixels', () => Promise.resolve(makePixelFlood())],
    ['an interlaced PNG of 786,464 columns', () => Promise.resolve(makeInterlacedBomb())],
    ['a side over 65,500', () => Promise.resolve(makePixelFlood(65_501, 1))],
    [
      'more bytes than the maximum',
      () => Promise.resolve(Buffer.concat([photo, Buffer.alloc(3_000_000)])),
    ],
  ])('T12 413 for %s, by its header', async (name, make) => {
    const files = await target.countOriginals()
    const answer = await upload(target.base, name, await getToken(target.base, name), await make())
    expect([answer.status, answer.headers['content-type']]).toEqual([
      413,
      'application/problem+json',
    ])
    await expectNothingLeft(name, files)
  })

  it.each([101, 2647])('T13 413 for a JPEG of %d scans, before any is decoded', async (scans) => {
    const name = `${scans} scans`
    const files = await target.countOriginals()
    const bomb = makeScanBomb(400, 300, scans)
    const answer = await upload(target.base, name, await getToken(target.base, name), bomb)
    expect([answer.status, json(answer)['title']]).toEqual([
      413,
      'The image is too costly to decode',
    ])
    await expectNothingLeft(name, files)
  })

  it('T13 takes a JPEG of 100 scans and a WebP of 16,383 columns', async () => {
    await store(target.base, 'many scans', makeScanBomb(400, 300, 100))
    await store(target.base, 'thin', await makeThinWebp())
  })
})
