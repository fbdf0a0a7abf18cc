import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Answer, ask, getToken, json, multipart } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

type Part = Parameters<typeof multipart>[0][number]

/** An image as it is sent without a filename. */
const unnamed = (content: Buffer, type: { readonly type?: string } = {}): Part => ({
  name: 'image',
  content,
  ...type,
})

describe('the forms of browsers, libraries and tools', () => {
  let target: Target
  let photo: Buffer

  beforeAll(async () => {
    target = await startTarget()
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  })
  afterAll(() => target[Symbol.asyncDispose]())

  async function send(id: string, parts: readonly Part[]): Promise<Answer> {
    const { body, headers } = multipart(parts)
    return ask(target.base, `/${encodeURIComponent(id)}`, {
      method: 'POST',
      headers: { ...headers, 'X-Token': await getToken(target.base, id) },
      body,
    })
  }

  const file = (more: Partial<Part> = {}): Part => ({
    name: 'image',
    filename: 'photo.jpg',
    type: 'image/jpeg',
    content: photo,
    ...more,
  })
  const fields = (...names: readonly string[]): readonly Part[] =>
    names.map((name) => ({ name, content: name === 'meta' ? '{"a":1}' : 'x' }))
  const emptyFile = { filename: '', type: 'application/octet-stream', content: '' }

  const forms: readonly (readonly [string, () => readonly Part[]])[] = [
    ['FilePond: metadata as JSON, then the file', () => [{ name: 'image', content: '{}' }, file()]],
    [
      'FilePond: metadata larger than any text of a form used to be',
      () => [{ name: 'image', content: `{"crop":"${'x'.repeat(60_000)}"}` }, file()],
    ],
    ['the file, then a text of its name', () => [file(), { name: 'image', content: 'caption' }]],
    [
      'several texts of its name',
      () => [{ name: 'image', content: 'a' }, file(), { name: 'image', content: 'b' }],
    ],
    [
      'JSON with a type under its name',
      () => [{ name: 'image', type: 'application/json', content: '{"a":1}' }, file()],
    ],
    [
      'Dropzone: chunk fields, then the file',
      () => [
        ...fields('dzuuid', 'dzchunkindex', 'dztotalfilesize', 'dzchunksize', 'dztotalchunkcount'),
        file(),
      ],
    ],
    ['Uppy: metadata, then the file', () => [...fields('relativePath', 'name', 'type'), file()]],
    [
      'axios: fields around the file',
      () => [...fields('album', 'meta'), file(), ...fields('meta')],
    ],
    ['curl -F image=@photo.jpg', () => [file()]],
    [
      'Python requests: a filename without a type',
      () => [{ name: 'image', filename: 'photo.jpg', content: photo }],
    ],
    [
      'undici and browsers: a Blob without a name',
      () => [file({ filename: 'blob', type: 'application/octet-stream' })],
    ],
    ['an image with a type and without a filename', () => [unnamed(photo, { type: 'image/jpeg' })]],
    [
      'an image with a type and without a filename, after a text of its name',
      () => [{ name: 'image', content: 'x' }, unnamed(photo, { type: 'image/jpeg' })],
    ],
    [
      'a body without a filename, as octet-stream, after a text of its name',
      () => [{ name: 'image', content: 'x' }, unnamed(photo, { type: 'application/octet-stream' })],
    ],
    ['an image without a filename and a type', () => [unnamed(photo)]],
    [
      'an input in which no file was chosen, under the same name',
      () => [file(), { name: 'image', ...emptyFile }],
    ],
    [
      'an input in which no file was chosen, under another name',
      () => [{ name: 'avatar', ...emptyFile }, file()],
    ],
    [
      'a small file under another name',
      () => [{ name: 'thumb', filename: 't.txt', content: 'small' }, file()],
    ],
  ]

  it.each(forms)('T11 are taken: %s', async (name, makeParts) => {
    const id = name.replaceAll(/[/.]/g, ' ')
    const answer = await send(id, makeParts())
    expect([answer.status, json(answer)]).toEqual([200, expect.objectContaining({ id })])
    const kept = await ask(target.base, `/${encodeURIComponent(id)}.jpg`)
    expect(kept.body.equals(photo)).toBe(true)
  })

  it('T11 are taken: a large image without a filename and a type', async () => {
    const large = await makePhoto({ width: 900, height: 600, format: 'png' })
    expect(large.length).toBeGreaterThan(64 * 1024)
    const answer = await send('large', [
      { name: 'image', content: 'caption' },
      { name: 'image', content: large },
    ])
    expect(answer.status).toBe(200)
    expect((await ask(target.base, '/large.png')).body.equals(large)).toBe(true)
  })

  it.each([
    ['two files', () => [file(), file()], 'invalid-upload'],
    ['an image under another name', () => [file({ name: 'file' })], 'image-missing'],
    [
      'a large file under another name beside the image',
      () => [{ name: 'other', filename: 'x', content: Buffer.alloc(70_000) }, file()],
      'image-missing',
    ],
    [
      'a text of 64 KB and more',
      () => [...fields('a'), { name: 'b', content: 'x'.repeat(65_537) }, file()],
      'invalid-upload',
    ],
  ] as readonly (readonly [string, () => readonly Part[], string])[])(
    'T11 are refused with 400: %s',
    async (name, makeParts, type) => {
      const answer = await send(name, makeParts())
      expect([answer.status, json(answer)['type']]).toEqual([400, `urn:iaas:problem:${type}`])
    },
  )
})
