import { routes } from '@iaas/api/management/contract/routes'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { parseImageId } from '@iaas/common/image'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Apis, provideApis } from '../support/apis.ts'
import { type Ask, ask, getToken, json, postToken, upload } from '../support/http.ts'
import { listFiles } from '../support/files.ts'
import { sendAndHangUp, sendRaw } from '../support/raw-request.ts'
import type { Stack } from '../support/stack.ts'
import { call, toApiKeys } from './_api.ts'

const key = 'a-key'
const keys = { writer: { key, scopes: ['originals:read', 'originals:write'] } }
const maxBytes = 100_000
const config = { constraints: { max_upload_bytes: maxBytes, max_input: 1 } }

describe('uploads through the management API', () => {
  let apis: Apis
  let stacks: readonly [Stack, Stack]
  let photo: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    const env = { API_KEYS: toApiKeys(keys), NODE_CONFIG: JSON.stringify(config) }
    stacks = [await apis.start(env), await apis.start(env)]
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const put = (id: string, body: Uint8Array, options: Ask = {}, racer = 0) =>
    call((stacks[racer % 2] as Stack).base, key, `/originals/${id}`, {
      method: 'PUT',
      ...options,
      headers: { 'Content-Length': `${body.length}`, ...options.headers },
      body,
    })
  const typeOf = (answer: Parameters<typeof json>[0]) => [answer.status, json(answer)['type']]
  const tokenFor = (id: string) => postToken(stacks[0].base, { id })

  async function expectNothingLeft(id: string): Promise<void> {
    const row = await query(apis.databaseUrl, `SELECT 1 FROM tokens WHERE image_id = '${id}'`)
    expect([id, row.rowCount]).toEqual([id, 0])
    const files = await listFiles(`${apis.dataDir}/originals`)
    expect(files.filter((file) => file.includes('.incoming'))).toEqual([])
    expect((await put(id, photo)).status).toBe(201)
  }

  it('stores the body byte for byte, and describes it', async () => {
    const answer = await put('caf%C3%A9%201', photo)
    expect([answer.status, answer.headers.location]).toEqual([
      201,
      '/_api/v1/originals/caf%C3%A9%201',
    ])
    const created = routes.createOriginal.answer.parse(json(answer))
    expect(created).toMatchObject({
      id: 'café 1',
      format: 'jpg',
      bytes: photo.length,
      width: 60,
      height: 40,
    })
    expect(created).not.toHaveProperty('warnings')
    const { variants: _variants, ...original } = created
    const found = json(await call(stacks[1].base, key, '/originals/caf%C3%A9%201'))
    expect(found).toMatchObject(original)
    expect((await ask(stacks[1].base, '/caf%C3%A9%201.jpg')).body.equals(photo)).toBe(true)
    expect((await ask(stacks[1].base, '/caf%C3%A9%201_20_20.jpg')).status).toBe(200)
    expect(typeOf(await tokenFor('café 1'))).toEqual([403, 'urn:iaas:problem:id-taken'])
  })

  it('takes a body in chunks, of whatever type it is said to be, cropped and with a focal point', async () => {
    const headers = {
      'Transfer-Encoding': 'chunked',
      'Content-Type': 'application/x-www-form-urlencoded',
    }
    const crop = await call(
      stacks[0].base,
      key,
      '/originals/cropped?x=10&y=0&width=20&height=30&focal=0.1,0.2',
      {
        method: 'PUT',
        headers,
        body: photo,
      },
    )
    expect(json(crop)).toMatchObject({ width: 20, height: 30 })
    expect(json(await ask(stacks[0].base, '/cropped.json'))['focal_point']).toEqual({
      x: 0.1,
      y: 0.2,
    })
  })

  it('tells of what is wrong with an image that it stores, as an upload by token does', async () => {
    const large = await makePhoto({ width: 400, height: 300, format: 'jpeg' })
    const cut = large.subarray(0, Math.floor(large.length * 0.99))
    const byToken = await upload(
      stacks[0].base,
      'cut 1',
      await getToken(stacks[0].base, 'cut 1'),
      cut,
    )
    const byKey = await put('cut%202', cut)
    expect([byKey.status, json(byKey)['warnings']]).toEqual([201, json(byToken)['warnings']])
    expect(json(byKey)['warnings']).toEqual(['truncated'])
  })

  it.each([
    ['no image', Buffer.from('<html>'), 415, 'image-unsupported'],
    ['nothing', Buffer.alloc(0), 400, 'image-missing'],
    ['more bytes than are allowed', Buffer.alloc(maxBytes + 1), 413, 'upload-too-large'],
  ])('refuses %s, and the id stays free', async (name, body, status, type) => {
    const id = name.replaceAll(' ', '-')
    expect(typeOf(await put(id, body))).toEqual([status, `urn:iaas:problem:${type}`])
    await expectNothingLeft(id)
  })

  it('T66 refuses chunks beyond the limit as soon as they are, and too many megapixels', async () => {
    const headers = { 'Transfer-Encoding': 'chunked' }
    const options = { method: 'PUT', headers, body: Buffer.alloc(3 * maxBytes) }
    const chunked = await call(stacks[0].base, key, '/originals/chunks', options)
    expect(typeOf(chunked)).toEqual([413, 'urn:iaas:problem:upload-too-large'])
    await expectNothingLeft('chunks')
    const wide = await makePhoto({ width: 1400, height: 1000, format: 'png' })
    const { status } = await put('wide', wide.length > maxBytes ? wide.subarray(0, maxBytes) : wide)
    expect(status).toBe(413)
  })

  let odd = 0
  it.each([
    ['?replace=yes', {}, /"replace"/],
    ['?focal=2,2', {}, /"focal"/],
    ['?x=1', {}, /crop region/],
    ['', { 'Content-Range': 'bytes 0-9/100' }, /Content-Range/],
    ['', { 'Content-Type': 'multipart/form-data; boundary=x' }, /not a form/],
  ])('refuses %s %j before it reads the body', async (text, headers, detail) => {
    odd += 1
    const answer = await put(`odd-${odd}${text}`, photo, { headers })
    expect(answer.status).toBe(400)
    expect(json(answer)['detail']).toMatch(detail)
    await expectNothingLeft(`odd-${odd}`)
  })

  it('T66 replaces no original unasked: 409, and the bytes stay', async () => {
    const other = await makePhoto({ width: 10, height: 10, format: 'png' })
    await put('kept', photo)
    expect(typeOf(await put('kept', other))).toEqual([409, 'urn:iaas:problem:id-taken'])
    expect((await ask(stacks[0].base, '/kept.jpg')).body.equals(photo)).toBe(true)
    await query(apis.databaseUrl, `DELETE FROM tokens WHERE image_id = 'kept'`)
    expect(typeOf(await put('kept', other))).toEqual([409, 'urn:iaas:problem:id-taken'])
  })

  it('T66 never gives the id of a deleted original away, and describes it as gone', async () => {
    await put('deleted', photo)
    const originals = createDiskOriginalStore({ dir: `${apis.dataDir}/originals` })
    await originals.delete(parseImageId('deleted'), { keepGone: true })
    await query(apis.databaseUrl, `DELETE FROM tokens WHERE image_id = 'deleted'`)
    expect(typeOf(await put('deleted', photo))).toEqual([409, 'urn:iaas:problem:id-taken'])
    for (const path of ['/originals/deleted', '/originals/deleted/variants']) {
      const answer = await call(stacks[0].base, key, path)
      expect(typeOf(answer)).toEqual([410, 'urn:iaas:problem:original-gone'])
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })

  it('T66 is 409 for an id with a token, which stays valid, and refuses a token during an upload', async () => {
    const token = await getToken(stacks[0].base, 'pending')
    const answer = await put('pending', photo)
    expect(typeOf(answer)).toEqual([409, 'urn:iaas:problem:token-pending'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect((await upload(stacks[0].base, 'pending', token, photo)).status).toBe(200)
  })

  it('T66 of many uploads and tokens at once for one id on two apis, one wins, whose bytes are kept', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = `race-${round}`
      const images = Array.from({ length: 6 }, (_, racer) =>
        Buffer.concat([photo, Buffer.from(`racer ${racer}`)]),
      )
      const [token, ...answers] = await Promise.all([
        round % 2 === 0 ? undefined : tokenFor(id),
        ...images.map((image, racer) => put(id, image, {}, racer)),
      ])
      const winners = answers.flatMap(({ status }, racer) => (status === 201 ? [racer] : []))
      const isTokenIssued = token?.status === 200
      expect([round, winners.length + (isTokenIssued ? 1 : 0)]).toEqual([round, 1])
      for (const { status } of answers) expect([201, 409]).toContain(status)
      const winner = images[winners[0] ?? -1]
      if (winner === undefined) continue
      expect((await ask(stacks[1].base, `/${id}.jpg`)).body.equals(winner)).toBe(true)
    }
  })

  it('T66 a client that leaves midway frees its id, and a body that is cut short is refused', async () => {
    const head = (id: string) =>
      `PUT /_api/v1/originals/${id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Length: 1000\r\n\r\n`
    await sendAndHangUp(
      stacks[0].base,
      Buffer.concat([Buffer.from(head('left')), photo.subarray(0, 100)]),
    )
    await until(async () => {
      const row = await query(apis.databaseUrl, `SELECT 1 FROM tokens WHERE image_id = 'left'`)
      return row.rowCount === 0
    })
    await expectNothingLeft('left')
  })

  it('T64 a request with a length and chunks stores nothing', async () => {
    const smuggled = `PUT /_api/v1/originals/smuggled HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX`
    expect(await sendRaw(stacks[0].base, smuggled)).toMatch(/^HTTP\/1\.1 400 /)
    expect((await call(stacks[0].base, key, '/originals/smuggled')).status).toBe(404)
  })
})
