import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { listFiles } from '../support/files.ts'
import { ask, getToken, upload } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { type Apis, provideApis } from '../support/apis.ts'
import { openUpload } from './_open-upload.ts'
import { inParallel, roundsOf, stormLimitMs } from '../support/storm.ts'

const rounds = roundsOf('races', 30)

describe('uploads that race for one token over two apis', () => {
  let apis: Apis
  let stacks: readonly [Stack, Stack]
  let photo: Buffer

  beforeAll(async () => {
    apis = await provideApis()
    stacks = [await apis.start(), await apis.start()]
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  })
  afterAll(() => apis?.[Symbol.asyncDispose]())

  const baseOf = (racer: number) => (stacks[racer % 2] as Stack).base

  /** Each racer has bytes of its own: an image keeps what stands behind its end. */
  const imageOf = (round: number, racer: number) =>
    Buffer.concat([photo, Buffer.from(`racer ${racer} of round ${round}`)])

  /** All of them hold their bodies back: the losers are told before they have sent any of it. */
  async function raceWithHeads(id: string, token: string, images: readonly Buffer[]) {
    const racers = await Promise.all(
      images.map((image, racer) => openUpload(baseOf(racer), id, token, image)),
    )
    const told = new Map<number, number>()
    const telling = racers.map(async ({ status }, racer) => told.set(racer, await status))
    await until(() => told.size === racers.length - 1)
    const winner = racers.findIndex((_racer, index) => !told.has(index))
    await racers[winner]?.send(racers[winner].body)
    await Promise.all(telling)
    const statuses = await Promise.all(racers.map(({ status }) => status))
    for (const racer of racers) racer.hangUp()
    return statuses
  }

  async function raceWithBodies(id: string, token: string, images: readonly Buffer[]) {
    const answers = await Promise.all(
      images.map((image, racer) => upload(baseOf(racer), id, token, image)),
    )
    return answers.map(({ status }) => status)
  }

  it(
    `T2 have one winner each in ${rounds} rounds, whose bytes are kept, and losers that are told before they send`,
    async () => {
      const wrong: unknown[] = []
      await inParallel(rounds, 8, async (round) => {
        const id = `race ${round}`
        const images = Array.from({ length: 2 + (round % 7) }, (_, racer) => imageOf(round, racer))
        const token = await getToken(baseOf(round), id)
        const race = round % 2 === 0 ? raceWithHeads : raceWithBodies
        const statuses = await race(id, token, images)
        const winner = statuses.indexOf(200)
        const isRight = statuses.every((status, racer) => status === (racer === winner ? 200 : 403))
        const kept = await ask(baseOf(round + 1), `/${encodeURIComponent(id)}.jpg`)
        const isWinners = images[winner]?.equals(kept.body) === true
        if (!isRight || !isWinners) wrong.push({ round, statuses, isWinners })
      })
      process.stderr.write(`races: ${rounds} rounds, ${wrong.length} wrong\n`)
      expect(wrong).toEqual([])
      expect(await listFiles(`${apis.dataDir}/originals`)).toHaveLength(rounds)
    },
    stormLimitMs(rounds),
  )
})
