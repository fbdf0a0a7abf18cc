import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, store } from '../support/http.ts'
import { type Apis, provideApis } from '../support/apis.ts'

/** Takes the last migrations back: the schema that an earlier release has left. */
const backByOne = `
  DROP INDEX unique_image;
  CREATE UNIQUE INDEX unique_image ON images (id, x, y, fit, file_type, blur, quality);
  ALTER TABLE images RESET (autovacuum_vacuum_insert_scale_factor);
  DROP INDEX unfinished_tokens;
  DELETE FROM iaas_migrations WHERE name >= '0003'`

describe('an update, one api after the other', () => {
  let apis: Apis
  let photo: Buffer
  beforeAll(async () => {
    apis = await provideApis()
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const lookupIndex = async () => {
    const { rows } = await query(
      apis.databaseUrl,
      "SELECT pg_get_indexdef('unique_image'::regclass) AS sql",
    )
    return rows[0]?.['sql']
  }

  it('F25 fails no request of the old one while the new one migrates, nor later of either', async () => {
    const old = await apis.start()
    await store(old.base, 'photo', photo)
    await query(apis.databaseUrl, backByOne)
    await query(
      apis.databaseUrl,
      `INSERT INTO images (id, x, y, fit, file_type, url, blur, quality)
       VALUES ('photo', 10, 10, 'clip', 'image/jpeg', 'http://127.0.0.1:1/kept', false, -1)`,
    )
    const statuses = new Set<number>()
    let rounds = 0
    const useAll = async (base: string) => {
      rounds += 1
      await store(base, `photo ${rounds}`, photo)
      const paths = ['/photo_10_10.jpg', `/photo_${20 + rounds}_20.png`, '/nobody_1_1.jpg']
      for (const path of paths) statuses.add((await ask(base, path)).status)
    }
    const updating = new AbortController()
    const used = (async () => {
      while (!updating.signal.aborted) await useAll(old.base)
    })()
    const updated = await apis.start()
    updating.abort()
    await used
    expect(await lookupIndex()).toContain('INCLUDE (url)')
    for (const { base } of [old, updated, old]) await useAll(base)
    expect(statuses).toEqual(new Set([200, 307, 404]))
  })
})
