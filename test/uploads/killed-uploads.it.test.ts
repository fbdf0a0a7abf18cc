import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { holdLocks, query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { stat, utimes } from 'node:fs/promises'
import { listFiles } from '../support/files.ts'
import { ask, getToken, postToken } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { type Apis, provideApis } from '../support/apis.ts'
import { type OpenUpload, openUpload } from './_open-upload.ts'
import { roundsOf, stormLimitMs } from '../support/storm.ts'

const rounds = roundsOf('kills', 1)

/** An upload that is on its way, and what a test can see of it from outside. */
type Upload = OpenUpload & { readonly id: string; readonly image: Buffer }

describe('an upload whose api is killed', () => {
  let apis: Apis
  let photo: Buffer
  /** Takes long to be checked. */
  let slow: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    slow = makeScanBomb(3000, 2000, 100)
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const files = () => listFiles(`${apis.dataDir}/originals`)
  const temporary = async () => (await files()).filter((file) => file.includes('.incoming'))
  const kept = async () => (await files()).filter((file) => !file.includes('.incoming'))
  const count = async (where: string, id: string) =>
    (await query(apis.databaseUrl, `SELECT 1 FROM tokens WHERE image_id = $1 AND ${where}`, [id]))
      .rowCount
  const isClaimed = async ({ id }: Upload) => (await count('used = 1', id)) === 1
  const untilWritten = (bytes: number) =>
    until(async () => {
      const sizes = await Promise.all(
        (await temporary()).map(async (file) => (await stat(file)).size),
      )
      return sizes.includes(bytes)
    })

  /** Makes leases expire and files old, as time would. */
  async function letTimePass(): Promise<void> {
    const sql = `UPDATE tokens SET claimed_at = claimed_at - claim_lease - interval '1 second'`
    await query(apis.databaseUrl, sql)
    const longAgo = new Date(Date.now() - 60 * 60_000)
    for (const file of await temporary()) await utimes(file, longAgo, longAgo)
  }

  async function kill({ process: child }: Stack): Promise<void> {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** Kills the api once `reach` has brought an upload to its point, and starts another. */
  async function killAt(
    name: string,
    image: Buffer,
    reach: (upload: Upload) => Promise<void>,
  ): Promise<{ readonly id: string; readonly api: Stack }> {
    const api = await apis.start()
    const upload = await openUpload(api.base, name, await getToken(api.base, name), image)
    await reach({ ...upload, id: name, image })
    await kill(api)
    await upload.closed
    return { id: name, api: await apis.start() }
  }

  async function expectGone(id: string, api: Stack, keptBefore: number): Promise<void> {
    const path = `/${encodeURIComponent(id)}.jpg`
    expect((await ask(api.base, path)).status).toBe(404)
    expect((await postToken(api.base, { id })).status).toBe(403)
    await api.stop()
    await letTimePass()
    const later = await apis.start()
    await until(async () => (await temporary()).length === 0)
    await until(async () => (await postToken(later.base, { id })).status === 200)
    expect((await ask(later.base, path)).status).toBe(404)
    expect(await kept()).toHaveLength(keptBefore)
    await later.stop()
  }

  async function expectKept(id: string, api: Stack): Promise<void> {
    const path = `/${encodeURIComponent(id)}.jpg`
    expect((await ask(api.base, path)).body.equals(photo)).toBe(true)
    await api.stop()
    await letTimePass()
    const later = await apis.start()
    await until(async () => (await temporary()).length === 0)
    expect((await ask(later.base, path)).body.equals(photo)).toBe(true)
    expect((await postToken(later.base, { id })).status).toBe(403)
    await later.stop()
  }

  const points: readonly (readonly [string, () => Buffer, (upload: Upload) => Promise<void>])[] = [
    ['the token is claimed', () => photo, (upload) => until(() => isClaimed(upload))],
    [
      'half of the image is written',
      () => photo,
      async (upload) => {
        await upload.send(upload.body.subarray(0, upload.body.length / 2))
        await until(async () => (await temporary()).length > 0)
      },
    ],
    [
      'the image is written and being checked',
      () => slow,
      async (upload) => {
        await upload.send(upload.body)
        await untilWritten(upload.image.length)
      },
    ],
  ]
  it.each(points)(
    'T7 when %s leaves nothing, and frees its id when its lease is over',
    async (point, image, reach) => {
      for (let round = 0; round < rounds; round += 1) {
        const keptBefore = (await kept()).length
        const { id, api } = await killAt(`${point} ${round}`, image(), reach)
        await expectGone(id, api, keptBefore)
      }
    },
    stormLimitMs(rounds * 30),
  )

  it(
    'T7 when the image is kept and not recorded is whole, and its id is taken',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const keptBefore = (await kept()).length
        let lock: AsyncDisposable | undefined
        const { id, api } = await killAt(`kept ${round}`, photo, async (upload) => {
          await until(() => isClaimed(upload))
          // Who would record the upload waits for this lock.
          const row = 'SELECT 1 FROM tokens WHERE image_id = $1 FOR UPDATE'
          lock = await holdLocks(apis.databaseUrl, row, [upload.id])
          await upload.send(upload.body)
          await until(async () => (await kept()).length > keptBefore)
        })
        await lock?.[Symbol.asyncDispose]()
        expect(await count('uploaded_at IS NULL', id)).toBe(1)
        await expectKept(id, api)
      }
    },
    stormLimitMs(rounds * 30),
  )

  it(
    'T7 when the image is recorded is whole, answered or not',
    async () => {
      for (let round = 0; round < rounds; round += 1) {
        const { id, api } = await killAt(`recorded ${round}`, photo, async (upload) => {
          await upload.send(upload.body)
          await until(async () => (await count('uploaded_at IS NOT NULL', upload.id)) === 1)
        })
        await expectKept(id, api)
      }
    },
    stormLimitMs(rounds * 30),
  )
})
