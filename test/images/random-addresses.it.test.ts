import { originalFormats } from '@iaas/common/image'
import { fontPath } from '@iaas/testing/fonts'
import { makePixelFlood } from '@iaas/testing/images/bombs'
import { makeAnimatedGif } from '@iaas/testing/images/make-animation'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeSample } from '@iaas/testing/images/make-sample'
import { truncate } from '@iaas/testing/images/strangers'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, askLocation } from '../support/http.ts'
import { readMetric } from '../support/metrics.ts'
import { createRandom } from '@iaas/testing/random'
import { inParallel, roundsOf, stormLimitMs } from '../support/storm.ts'
import { startStandaloneTarget } from '../support/standalone-target.ts'
import type { Target } from '../support/target-type.ts'
import { type RandomRequest, createAddresses } from './_random-addresses.ts'

const rounds = roundsOf('addresses', 2000)
const seed = Number(process.env['STORM_SEED'] ?? 11)
const bound = 300
/** A busy machine is no fault of an address. */
const renderLimitMs = 120_000

describe('random addresses', () => {
  let target: Target
  const presets = {
    card: '40x30?fit=crop&gravity=smart',
    icon: '16x16_2x?fit=crop',
    soft: '?blur=4',
  }
  const planted = new Map<string, Buffer>()
  const counts = new Map<number, number>()

  beforeAll(async () => {
    const constraints = { max_width: bound, max_height: bound }
    const watermarks = {
      logo: { original: 'animated', margin: 200 },
      tiles: { original: 'photo', scale: 0.01, repeat: true },
      gone: { original: 'nobody' },
      torn: { original: 'torn' },
    }
    const fonts = { brand: fontPath('black') }
    const timeout = { conversion: renderLimitMs }
    const config = { constraints, presets, watermarks, fonts, timeout }
    target = await startStandaloneTarget({ config })
    for (const format of originalFormats) planted.set(format, await makeSample(format))
    const photo = await makePhoto({ width: 90, height: 60, format: 'jpeg', orientation: 6 })
    planted.set('photo', photo)
    planted.set('photo.gif', await makePhoto({ width: 1, height: 1, format: 'png', alpha: true }))
    planted.set('a_9_9', await makePhoto({ width: 40, height: 9, format: 'webp', alpha: true }))
    planted.set('animated', await makeAnimatedGif(30, 20, 3))
    planted.set('flood', makePixelFlood())
    planted.set('torn', truncate(photo, 0.6))
    planted.set('text', Buffer.from('no image'))
    planted.set('empty', Buffer.alloc(0))
    for (const [id, file] of planted) await target.plant(id, file)
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  /** Returns the statuses of the answer and, of a redirect, of where it leads. */
  async function request({ path, ...options }: RandomRequest): Promise<readonly number[]> {
    const answer = await ask(target.base, path, options)
    const { status, headers } = answer
    if (status < 300 || headers.location === undefined) return [status]
    return [status, (await askLocation(target.base, answer)).status]
  }

  it(
    `${rounds} of them (seed ${seed}) are answered by 2xx, 3xx and 4xx, and no child is lost`,
    async () => {
      const random = createRandom(seed)
      const draw = createAddresses(random, {
        knownIds: [...planted.keys()],
        presets: Object.keys(presets),
        bound,
      })
      const wrong: string[] = []
      await inParallel(rounds, 8, async () => {
        const drawn = draw()
        const statuses = await request(drawn).catch((error: unknown) => [0, String(error)] as const)
        for (const status of statuses) {
          if (typeof status === 'number') counts.set(status, (counts.get(status) ?? 0) + 1)
        }
        const isFine = statuses.every((each) => Number(each) >= 200 && Number(each) < 500)
        if (!isFine) wrong.push(`${statuses.join(' ')}: ${JSON.stringify(drawn)}`)
      })
      process.stderr.write(`addresses: ${JSON.stringify(Object.fromEntries(counts))}\n`)
      expect(wrong).toEqual([])
      expect([...counts.keys()]).toEqual(expect.arrayContaining([200, 307, 400, 404, 413, 415]))
      expect(await readMetric(target.stack!, 'iaas_render_children_lost_total')).toBe(0)
      expect(target.stack?.output()).not.toContain('"level":"error"')
    },
    stormLimitMs(rounds),
  )
})
