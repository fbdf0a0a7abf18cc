import { makePhoto } from '@iaas/testing/images/make-photo'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '@iaas/testing/random'
import { listFiles } from '../support/files.ts'
import { ask, getToken } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { type Apis, provideApis } from '../support/apis.ts'
import { openUpload } from './_open-upload.ts'
import { inParallel, roundsOf, stormLimitMs } from '../support/storm.ts'

const rounds = roundsOf('aborts', 60)
const seed = Number(process.env['STORM_SEED'] ?? 11)

describe('uploads that are broken off', () => {
  let apis: Apis
  let api: Stack
  let photo: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    api = await apis.start()
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const originals = () => listFiles(`${apis.dataDir}/originals`)
  const path = (id: string) => `/${encodeURIComponent(id)}.jpg`
  const countClaims = async () => {
    const claims = 'SELECT 1 FROM tokens WHERE used = 1 AND uploaded_at IS NULL'
    return (await query(apis.databaseUrl, claims)).rowCount
  }

  it(
    `T6 leave nothing, and their ids are free, ${rounds} of them at random bytes (seed ${seed})`,
    async () => {
      const random = createRandom(seed)
      const ids = Array.from({ length: rounds }, (_, round) => `broken ${round}`)
      await inParallel(rounds, 8, async (round) => {
        const id = ids[round] ?? ''
        const upload = await openUpload(api.base, id, await getToken(api.base, id), photo)
        // The last byte would make it whole.
        await upload.send(upload.body.subarray(0, random.below(upload.body.length - 1)))
        upload.hangUp()
        await upload.closed
      })
      await until(async () => (await originals()).length === 0, 60_000)
      await until(async () => (await countClaims()) === 0, 60_000)
      const left: unknown[] = []
      await inParallel(rounds, 16, async (round) => {
        const id = ids[round] ?? ''
        const { status } = await ask(api.base, path(id))
        const isFree = await getToken(api.base, id).then(
          () => true,
          () => false,
        )
        if (status !== 404 || !isFree) left.push({ id, status, isFree })
      })
      process.stderr.write(`aborts: ${rounds} at random bytes, ${left.length} left something\n`)
      expect(left).toEqual([])
    },
    stormLimitMs(rounds),
  )

  const checked = Math.ceil(rounds / 10)
  it(
    `T6 are whole or nothing where their clients leave while they are checked, ${checked} of them`,
    async () => {
      const random = createRandom(seed)
      const counts = { kept: 0, gone: 0 }
      await inParallel(checked, 4, async (round) => {
        const id = `left ${round}`
        const upload = await openUpload(api.base, id, await getToken(api.base, id), photo)
        await upload.send(upload.body)
        await delay(random.below(30))
        upload.hangUp()
        await upload.closed
        const isSettled = async () => {
          const open = 'SELECT 1 FROM tokens WHERE image_id = $1 AND uploaded_at IS NULL'
          return (await query(apis.databaseUrl, open, [id])).rowCount === 0
        }
        await until(isSettled)
        const { status, body } = await ask(api.base, path(id))
        counts[status === 200 ? 'kept' : 'gone'] += 1
        if (status === 200) expect(body.equals(photo)).toBe(true)
        else await getToken(api.base, id)
      })
      process.stderr.write(`aborts: ${checked} while being checked, ${JSON.stringify(counts)}\n`)
      await until(async () => (await originals()).length === counts.kept)
    },
    stormLimitMs(rounds),
  )
})
