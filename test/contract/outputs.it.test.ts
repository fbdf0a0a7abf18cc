import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import sharp from 'sharp'
import { ask, askLocation, askUntil, getToken, json, multipart, store } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'

describe('formats of renditions', () => {
  let target: Target
  let photo: Buffer

  beforeAll(async () => {
    target = await startTarget()
    photo = await makePhoto({ width: 600, height: 400, format: 'jpeg' })
    await store(target.base, 'photo', photo)
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it('.avif is AVIF when it is rendered, from the store and through the service', async () => {
    const path = '/photo_150_150.avif'
    const rendered = await ask(target.base, path)
    expect([rendered.status, rendered.headers['content-type']]).toEqual([200, 'image/avif'])
    expect(await sharp(rendered.body).metadata()).toMatchObject({
      compression: 'av1',
      width: 150,
      height: 100,
    })
    const link = await askUntil(({ status }) => status === 307, target.base, path)
    const stored = await askLocation(target.base, link)
    expect([stored.status, stored.headers['content-type']]).toEqual([200, 'image/avif'])
    expect(stored.body.equals(rendered.body)).toBe(true)
    const proxied = await ask(target.base, `${path}?proxy=true`)
    expect([proxied.status, proxied.headers['content-type']]).toEqual([200, 'image/avif'])
  })

  it('.avif without a size is the original, unchanged', async () => {
    const answer = await ask(target.base, '/photo.avif')
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg'])
    expect(answer.body.equals(photo)).toBe(true)
  })

  it.each(['avif', 'jpg'])(
    'T49 POST /{id}.%s uploads to the id that the token is for: with the extension or without',
    async (extension) => {
      for (const id of [`two ${extension}.${extension}`, `two ${extension}`]) {
        const { body, headers } = multipart([{ name: 'image', content: photo, filename: 'x' }])
        const answer = await ask(target.base, `/two%20${extension}.${extension}`, {
          method: 'POST',
          headers: { ...headers, 'X-Token': await getToken(target.base, id) },
          body,
        })
        expect([answer.status, json(answer)['id']]).toEqual([200, id])
      }
    },
  )

  it('T49 POST /{id}.avif refuses a token of any other id', async () => {
    const { body, headers } = multipart([{ name: 'image', content: photo, filename: 'x' }])
    const answer = await ask(target.base, '/other.avif', {
      method: 'POST',
      headers: { ...headers, 'X-Token': await getToken(target.base, 'another') },
      body,
    })
    expect([answer.status, json(answer)['type']]).toEqual([403, 'urn:iaas:problem:token-invalid'])
  })
})
