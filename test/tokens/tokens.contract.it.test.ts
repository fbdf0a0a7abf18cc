import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ask, getToken, json, multipart, postToken, store, upload } from '../support/http.ts'
import type { Target } from '../support/target-type.ts'
import { itWithoutEdge, startTarget } from '../support/target.ts'

describe('tokens', () => {
  let target: Target
  let photo: Buffer

  beforeAll(async () => {
    target = await startTarget()
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it('T1 is good for one upload', async () => {
    const token = await getToken(target.base, 'once')
    expect((await upload(target.base, 'once', token, photo)).status).toBe(200)
    const second = await upload(target.base, 'once', token, photo)
    expect([second.status, json(second)['title']]).toEqual([403, 'The token is not valid'])
  })

  it('T3 is good for its id alone, and stays good for it', async () => {
    const token = await getToken(target.base, 'mine')
    expect((await upload(target.base, 'yours', token, photo)).status).toBe(403)
    expect((await upload(target.base, 'mine', token, photo)).status).toBe(200)
  })

  it.each(['', 'unknown', 'x'.repeat(8000), "' OR 1=1 --", '%00'])(
    'T3 403 for the token "%s"',
    async (token) => {
      expect((await upload(target.base, 'unpermitted', token, photo)).status).toBe(403)
    },
  )

  it('T3 403 for a token that is sent twice, and it stays good', async () => {
    const token = await getToken(target.base, 'twice')
    const { body, headers } = multipart([{ name: 'image', content: photo, filename: 'x' }])
    for (const sent of [
      [token, token],
      [token, 'other'],
      ['other', token],
    ]) {
      const init = { method: 'POST', headers: { ...headers, 'X-Token': sent }, body }
      expect((await ask(target.base, '/twice', init)).status).toBe(403)
    }
    expect((await upload(target.base, 'twice', token, photo)).status).toBe(200)
  })

  it.each(['photo-77.jpg', 'a.b.PNG', 'plain', "it's & more", 'archive.2024'])(
    'says where the image of the id %s is uploaded',
    async (id) => {
      const permit = json(await postToken(target.base, { id }))
      const { body, headers } = multipart([{ name: 'image', content: photo, filename: 'x' }])
      const answer = await ask(target.base, permit['upload_path'] as string, {
        method: 'POST',
        headers: { ...headers, 'X-Token': permit['token'] as string },
        body,
      })
      expect([answer.status, json(answer)['id']]).toEqual([200, id])
      const original = await ask(target.base, `/${encodeURIComponent(id)}.jpg`)
      expect(original.body.equals(photo)).toBe(true)
    },
  )

  it('403 without a token', async () => {
    const answer = await ask(target.base, '/unpermitted', { method: 'POST', body: 'x' })
    expect([answer.status, answer.headers['content-type']]).toEqual([
      403,
      'application/problem+json',
    ])
  })

  it('T4 403 for an id that is taken, or has a live token', async () => {
    await store(target.base, 'taken', photo)
    const taken = await postToken(target.base, { id: 'taken' })
    expect([taken.status, json(taken)['type']]).toEqual([403, 'urn:iaas:problem:id-taken'])
    expect(taken.headers).not.toHaveProperty('retry-after')
    await getToken(target.base, 'live')
    const live = await postToken(target.base, { id: 'live' })
    expect([live.status, json(live)['type']]).toEqual([403, 'urn:iaas:problem:token-pending'])
    const seconds = Number(live.headers['retry-after'])
    expect(seconds).toBeGreaterThan(800)
    expect(seconds).toBeLessThanOrEqual(900)
  })

  itWithoutEdge('403 for the id of the example', async () => {
    expect((await postToken(target.base, { id: 'example' })).status).toBe(403)
  })

  it('T2 eight uploads racing for one token: one 200, seven 403', async () => {
    for (let round = 0; round < 5; round += 1) {
      const token = await getToken(target.base, `race ${round}`)
      const racers = Array.from({ length: 8 }, () =>
        upload(target.base, `race ${round}`, token, photo),
      )
      const statuses = (await Promise.all(racers)).map(({ status }) => status)
      expect(statuses.toSorted((one, other) => one - other)).toEqual([
        200,
        ...Array<number>(7).fill(403),
      ])
    }
  })

  it('T4 twenty requests racing for the token of one id: one 200', async () => {
    const racers = Array.from({ length: 20 }, () => postToken(target.base, { id: 'wanted' }))
    const statuses = (await Promise.all(racers)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 403)).toHaveLength(19)
  })

  it.each([
    ['an empty one', ''],
    ['a number', 7],
    ['null', null],
    ['a list', ['a']],
    ['an object', { toString: 'x' }],
    ['a slash', 'a/b'],
    ['a backslash', 'a\\b'],
    ['a leading dot', '.a'],
    ['a leading underscore', '_a'],
    ['two dots', 'a..b'],
    ['a NUL', 'a\u0000b'],
    ['a line feed', 'a\nb'],
    ['a DEL', 'a\u007fb'],
    ['a lone surrogate', 'a\ud800'],
    ['256 characters', 'é'.repeat(256)],
    ['a size at its end', 'a_100_100'],
    ['a size and scale at its end', 'a_100_100_2x'],
    ['a mistaken size at its end', 'a_0_100'],
    ['the name of a route', 'token'],
    ['the name of another route', 'healthz'],
  ])('400 for the id that is, or has, %s', async (_name, id) => {
    const answer = await postToken(target.base, { id })
    expect([answer.status, json(answer)['title']]).toEqual([400, 'The id is not allowed'])
  })

  it.each([
    'é'.repeat(255),
    'a b',
    "it's",
    'a%b',
    'smile 😀',
    'a&b=c?d#e',
    '100_100',
    'CON',
    'nul.txt',
  ])('takes the id %s', async (id) => {
    await store(target.base, id, photo)
    expect((await ask(target.base, `/${encodeURIComponent(id)}_10_10.png`)).status).toBe(200)
  })

  it.each(['', '{', '[]', '"id"', 'null', '{"id"', `{"id":"${'x'.repeat(5000)}"}`])(
    'refuses the body %s',
    async (body) => {
      const headers = { 'Content-Type': 'application/json' }
      const answer = await ask(target.base, '/token', { method: 'POST', headers, body })
      expect([400, 413]).toContain(answer.status)
      expect(answer.headers['content-type']).toBe('application/problem+json')
    },
  )

  it('405 for every other method, and names the one', async () => {
    const answer = await ask(target.base, '/token')
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
  })
})

describe('tokens with a secret', () => {
  let target: Target

  beforeAll(async () => {
    target = await startTarget({ tokenSecret: 'a long secret' })
  })
  afterAll(() => target[Symbol.asyncDispose]())

  it.each([undefined, '', 'wrong', 'a long secre', 7, ['a long secret'], 'x'.repeat(2000)])(
    '401 for the secret %p',
    async (secret) => {
      const answer = await postToken(target.base, { id: 'x', secret })
      expect([answer.status, answer.headers['content-type']]).toEqual([
        401,
        'application/problem+json',
      ])
      // Of a scheme for which no browser opens a dialog.
      expect(answer.headers['www-authenticate']).toBe('Secret realm="token"')
    },
  )

  it('200 for the right one', async () => {
    expect((await postToken(target.base, { id: 'x', secret: 'a long secret' })).status).toBe(200)
  })

  it('401 before anything is said of the id', async () => {
    expect((await postToken(target.base, { id: '..' })).status).toBe(401)
    expect((await ask(target.base, '/token', { method: 'POST' })).status).toBe(401)
  })
})
