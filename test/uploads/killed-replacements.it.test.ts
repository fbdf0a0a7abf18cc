import { holdLocks, query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { readFile, utimes } from 'node:fs/promises'
import { type Apis, provideApis } from '../support/apis.ts'
import { listFiles } from '../support/files.ts'
import { ask, store } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { type OpenUpload, openUpload } from './_open-upload.ts'
import { colourOf, getReplacementToken, makeColour, replace } from './_replace.ts'

type Reach = (id: string, upload: OpenUpload) => Promise<AsyncDisposable | undefined>

describe('a replacement whose api is killed', () => {
  let apis: Apis
  let red: Buffer
  let blue: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    red = await makeColour('#f00')
    blue = await makeColour('#00f')
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const files = () => listFiles(`${apis.dataDir}/originals`)
  const temporary = async () => (await files()).filter((file) => file.includes('.incoming'))
  const has = async (sql: string, id: string) =>
    (await query(apis.databaseUrl, `SELECT 1 FROM ${sql}`, [id])).rowCount === 1
  const isClaimed = (id: string) =>
    has('replacements WHERE image_id = $1 AND claimed_at IS NOT NULL', id)
  const isSwitched = async () => {
    const originals = (await files()).filter((file) => file.includes('_hashed/'))
    const contents = await Promise.all(originals.map((file) => readFile(file)))
    return contents.some((content) => content.equals(blue))
  }

  /** Makes leases expire and files old, as time would. */
  async function letTimePass(): Promise<void> {
    const sql = `UPDATE replacements SET claimed_at = claimed_at - claim_lease - interval '1 second'`
    await query(apis.databaseUrl, sql)
    const longAgo = new Date(Date.now() - 60 * 60_000)
    for (const file of await temporary()) await utimes(file, longAgo, longAgo)
  }

  async function kill({ process: child }: Stack): Promise<void> {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  const see = async (stack: Stack, id: string) =>
    Promise.all(
      ['.jpg', '_20_20.jpg', '_30_30.webp'].map(async (form) =>
        colourOf(await ask(stack.base, `/${id}${form}`)),
      ),
    )

  const claimed: Reach = async (id) => {
    await until(() => isClaimed(id))
    return undefined
  }
  const half: Reach = async (_id, upload) => {
    await upload.send(upload.body.subarray(0, upload.body.length / 2))
    await until(async () => (await temporary()).length > 0)
    return undefined
  }
  const switched: Reach = async (id, upload) => {
    await until(() => isClaimed(id))
    // The end of the claim waits for this lock.
    const fence = 'SELECT pg_advisory_xact_lock_shared(1767989619, 0)'
    const lock = await holdLocks(apis.databaseUrl, fence)
    await upload.send(upload.body)
    await until(isSwitched)
    return lock
  }
  const complete: Reach = async (id, upload) => {
    await upload.send(upload.body)
    await until(() => has('epochs WHERE id = $1', id))
    return undefined
  }

  const points: readonly (readonly [string, Reach, 'red' | 'blue'])[] = [
    ['claimed', claimed, 'red'],
    ['half', half, 'red'],
    ['switched', switched, 'blue'],
    ['complete', complete, 'blue'],
  ]

  it.each(points)(
    'F53 at the point "%s" leaves one version, of which everything is served once the claim is swept',
    async (id, reach, colour) => {
      const api = await apis.start()
      await store(api.base, id, red)
      // Puts variants of the old version into the spool, and a link into the database.
      expect(await see(api, id)).toEqual(['red', 'red', 'red'])
      const link = `INSERT INTO images (id, x, y, fit, file_type, url, rendered_at)
        VALUES ($1, 40, 40, 'clip', 'image/jpeg', 'http://old.example/object.jpg', now())`
      await query(apis.databaseUrl, link, [id])
      const token = await getReplacementToken(api.base, id)
      const upload = await openUpload(api.base, id, token, blue)
      const lock = await reach(id, upload)
      await kill(api)
      await upload.closed
      await lock?.[Symbol.asyncDispose]()
      await letTimePass()
      const later = await apis.start()
      await until(async () => !(await isClaimed(id)))
      await until(async () => (await temporary()).length === 0)
      expect(await see(later, id)).toEqual([colour, colour, colour])
      expect(await has("images WHERE id = $1 AND url LIKE '%old%'", id)).toBe(false)
      expect((await replace(later.base, id, red)).status).toBe(200)
      expect(await see(later, id)).toEqual(['red', 'red', 'red'])
      await later.stop()
    },
    60_000,
  )
})
