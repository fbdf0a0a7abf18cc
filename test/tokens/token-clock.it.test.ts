import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { getToken, postToken, upload } from '../support/http.ts'
import { shiftedClock } from '../support/shifted-clock.ts'
import { type Apis, provideApis } from '../support/apis.ts'

describe('the life of a token', () => {
  let apis: Apis
  let photo: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  /** Makes the token of an id end this much later than now, by the clock of the database. */
  const endIn = (id: string, interval: string) =>
    query(
      apis.databaseUrl,
      'UPDATE tokens SET valid_until = now() + $2::interval WHERE image_id = $1',
      [id, interval],
    )

  it.each([
    ['right', '+0h'],
    ['an hour late', '-1h'],
    ['an hour early', '+1h'],
  ] as const)('T5 is that of the database, where the clock of the api is %s', async (name, by) => {
    const { base, stop } = await apis.start(shiftedClock(by))
    const [fresh, ending, ended] = ['fresh', 'ending', 'ended'].map((kind) => `${kind} ${name}`)
    const tokens = new Map<string | undefined, string>()
    for (const id of [fresh, ending, ended]) tokens.set(id, await getToken(base, id ?? ''))
    const { rows } = await query(
      apis.databaseUrl,
      'SELECT extract(epoch FROM valid_until - now())::float8 AS left FROM tokens WHERE image_id = $1',
      [fresh],
    )
    expect(rows[0]?.['left']).toBeGreaterThan(15 * 60 - 60)
    expect(rows[0]?.['left']).toBeLessThanOrEqual(15 * 60)
    await endIn(ending ?? '', '20 seconds')
    await endIn(ended ?? '', '-1 second')
    const send = async (id = '') => (await upload(base, id, tokens.get(id) ?? '', photo)).status
    expect([await send(fresh), await send(ending), await send(ended)]).toEqual([200, 200, 403])
    expect((await postToken(base, { id: ended })).status).toBe(200)
    await stop()
  })
})
