import { readdirSync } from 'node:fs'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createRandom } from '@iaas/testing/random'
import { listFiles } from '../support/files.ts'
import { type Answer, ask, getToken, multipart, store } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { type Apis, provideApis } from '../support/apis.ts'
import { makeHostileForm } from './_hostile-form.ts'
import { inParallel, roundsOf, stormLimitMs } from '../support/storm.ts'

const rounds = roundsOf('forms', 150)
const seed = Number(process.env['STORM_SEED'] ?? 11)

describe('forms that are built to hurt', () => {
  let apis: Apis
  let api: Stack
  let photo: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    api = await apis.start()
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    await store(api.base, 'before', photo)
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  async function send(id: string, body: Buffer, headers: Record<string, string>): Promise<Answer> {
    const token = await getToken(api.base, id)
    const init = { method: 'POST', headers: { ...headers, 'X-Token': token }, body }
    return ask(api.base, `/${encodeURIComponent(id)}`, init)
  }

  const countDescriptors = () => readdirSync(`/proc/${api.process.pid}/fd`).length
  const originals = () => listFiles(`${apis.dataDir}/originals`)

  it(
    `T9 ${rounds} of them, generated (seed ${seed}), are refused, and cost no descriptor and no file`,
    async () => {
      const random = createRandom(seed)
      await inParallel(20, 4, async (round) => {
        const { body, headers } = makeHostileForm(random)
        await send(`warm up ${round}`, body, headers)
      })
      const descriptors = countDescriptors()
      const counts = new Map<number, number>()
      await inParallel(rounds, 4, async (round) => {
        const { body, headers } = makeHostileForm(random)
        const { status } = await send(`form ${round}`, body, headers)
        counts.set(status, (counts.get(status) ?? 0) + 1)
      })
      process.stderr.write(`forms: ${JSON.stringify(Object.fromEntries(counts))}\n`)
      const allowed = new Set([400, 403, 408, 413, 415])
      expect([...counts.keys()].filter((status) => !allowed.has(status))).toEqual([])
      await until(() => countDescriptors() <= descriptors + 4)
      await until(async () => (await originals()).length === 1)
      await store(api.base, 'after', photo)
    },
    stormLimitMs(rounds),
  )

  const fields = (count: number, content = 'x') =>
    Array.from({ length: count }, (_, index) => ({ name: `field ${index}`, content }))

  it('T9 takes an image beside a hundred fields of 64 KB', async () => {
    const image = { name: 'image', content: photo, filename: 'x' }
    const { body, headers } = multipart([...fields(100, 'v'.repeat(64 * 1024)), image])
    expect((await send('small', body, headers)).status).toBe(200)
  })

  it.each([
    ['a hundred and one fields', fields(101)],
    ['a field of more than 64 KB', fields(1, 'v'.repeat(64 * 1024 + 1))],
    ['a field whose name has more than 100 characters', [{ name: 'n'.repeat(101), content: 'x' }]],
    ['100,000 fields', fields(100_000)],
  ])('T9 refuses an image beside %s', async (name, others) => {
    const image = { name: 'image', content: photo, filename: 'x' }
    const { body, headers } = multipart([...others, image])
    const startedAt = performance.now()
    expect((await send(name, body, headers)).status).toBe(400)
    expect(performance.now() - startedAt).toBeLessThan(20_000)
  })
})
