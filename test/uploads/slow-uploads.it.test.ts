import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { listFiles } from '../support/files.ts'
import { ask, getToken, store, upload } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { type Apis, provideApis } from '../support/apis.ts'
import { type OpenUpload, openUpload } from './_open-upload.ts'

const atOnce = 3

describe('uploads that are slow', () => {
  let apis: Apis
  let api: Stack
  let photo: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    api = await apis.start({ UPLOADS_IN_FLIGHT: `${atOnce}` })
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await store(api.base, 'kept', photo)
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const countClaims = async () => {
    const claims = 'SELECT 1 FROM tokens WHERE used = 1 AND uploaded_at IS NULL'
    return (await query(apis.databaseUrl, claims)).rowCount
  }

  it('T8b hold few places for a short time, and nobody up who asks for an image', async () => {
    const slow = await Promise.all(
      Array.from({ length: atOnce }, async (_, index) => {
        const id = `slow ${index}`
        return openUpload(api.base, id, await getToken(api.base, id), photo)
      }),
    )
    const startedAt = performance.now()
    const answered = Promise.all(slow.map(({ status }) => status))
    const over = new AbortController()
    const trickle = async (one: OpenUpload, from: number) => {
      for (let at = from; !over.signal.aborted; at += 1) {
        await one.send(one.body.subarray(at, at + 1))
        await delay(100)
      }
    }
    const trickling = Promise.all(
      slow.map(async (one, index) => {
        // All but the last byte at once, or a byte at a time.
        const sent = index === 0 ? one.body.length - 1 : 300
        await one.send(one.body.subarray(0, sent))
        if (index > 0) await trickle(one, sent)
      }),
    )
    await until(async () => (await countClaims()) === atOnce)
    const token = await getToken(api.base, 'honest')
    const refused = await upload(api.base, 'honest', token, photo)
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
    const asked = performance.now()
    expect((await ask(api.base, '/kept.jpg')).status).toBe(200)
    expect((await ask(api.base, '/kept_40_40.jpg')).status).toBe(200)
    expect(performance.now() - asked).toBeLessThan(3000)
    expect(await answered).toEqual(Array<number>(atOnce).fill(408))
    const ms = performance.now() - startedAt
    expect(ms).toBeGreaterThan(9000)
    expect(ms).toBeLessThan(20_000)
    await Promise.all(slow.map(({ closed }) => closed))
    over.abort()
    await trickling
    expect((await upload(api.base, 'honest', token, photo)).status).toBe(200)
    await until(async () => (await countClaims()) === 0)
    await getToken(api.base, 'slow 0')
    const originals = await listFiles(`${apis.dataDir}/originals`)
    expect(originals.filter((file) => file.includes('.incoming'))).toEqual([])
    expect(originals).toHaveLength(2)
  })

  it('T35 may take longer than their time as long as they keep up their pace', async () => {
    const limited = await apis.start({
      UPLOADS_TIMEOUT_SECONDS: '2',
      UPLOADS_MIN_BYTES_PER_SECOND: '2000',
    })
    const large = await makePhoto({ width: 400, height: 300, format: 'jpeg', quality: 90 })
    const ids = ['steady', 'trickling'] as const
    const [steady, trickling] = await Promise.all(
      ids.map(async (id) => openUpload(limited.base, id, await getToken(limited.base, id), large)),
    )
    if (steady === undefined || trickling === undefined) throw new Error('not opened')
    const pieces = 40
    const size = Math.ceil(steady.body.length / pieces)
    for (let sent = 0; sent < pieces; sent += 1) {
      await steady.send(steady.body.subarray(sent * size, (sent + 1) * size))
      // It announces as much, and brings next to nothing: more than the pace rule asks for, too little for its length.
      await trickling.send(trickling.body.subarray(sent * 120, (sent + 1) * 120))
      await delay(100)
    }
    expect([await steady.status, await trickling.status]).toEqual([200, 408])
    expect((await ask(limited.base, '/steady.jpg')).body.equals(large)).toBe(true)
  })
})
