import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Deployed, provideDeployment } from '../support/deployed.ts'
import { ask, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { countPassedBytes, passedBytesMissing } from '../support/passed-bytes.ts'
import { childrenOf } from '../support/processes.ts'
import type { Stack } from '../support/stack.ts'

/**
 * What goes with the bytes of an image: headers, questions to the database and to Redis, scrapes of the metrics. The
 * images here are three times as large, so that no copy hides in it.
 */
const company = 300_000

describeUnless(ownRedisMissing ?? passedBytesMissing, 'the bytes of a miss', () => {
  let deployed: Deployed
  let api: Stack
  let original: Buffer

  beforeAll(async () => {
    deployed = await provideDeployment()
    api = await deployed.start('api', { env: { RENDERER_URL: '' } })
    original = await makePhoto({ width: 900, height: 900, format: 'png' })
    await store(api.base, 'photo', original)
    await miss(api, 890)
  })
  afterAll(async () => {
    await deployed?.[Symbol.asyncDispose]()
  })

  /** Asks for a variant that is new, and waits until it is spooled and queued. @returns its size, bytes */
  async function miss({ base, admin }: Stack, box: number): Promise<number> {
    const spooled = async () => (await readMetrics(admin)).sum('iaas_spool_bytes')
    const before = await spooled()
    const { status, body } = await ask(base, `/photo_${box}_${box}.png`)
    expect(status).toBe(200)
    await until(async () => (await spooled()) > before)
    return body.length
  }

  it('are read of the original once, and go from the child to the api once', async () => {
    const children = childrenOf(api.process.pid)
    const { size, read, written } = await countMiss(api, 880, children)
    expectAbout(read, original.length)
    expectAbout(written, size)
  })

  it('go from the api to the client once, and to the spool once', async () => {
    const { size, written } = await countMiss(api, 870, [api.process.pid ?? 0])
    expectAbout(written, 2 * size)
  })

  it('pass each process once more where the renderer is one of its own', async () => {
    const renderer = await deployed.start('renderer')
    const apart = await deployed.start('api')
    await miss(apart, 860)

    const { size, ...passed } = await countMiss(apart, 850, [apart.process.pid ?? 0])
    expectAbout(passed.read, original.length + size)
    expectAbout(passed.written, original.length + 2 * size)

    const received = await countMiss(apart, 840, [renderer.process.pid ?? 0])
    expectAbout(received.read, original.length)
    // Its children read files.
    expectAbout(received.written, original.length + received.size)

    const rendered = await countMiss(apart, 830, childrenOf(renderer.process.pid))
    expectAbout(rendered.read, original.length)
    expectAbout(rendered.written, rendered.size)
  })

  async function countMiss(asked: Stack, box: number, pids: readonly number[]) {
    let size = 0
    const passed = await countPassedBytes(pids, async () => {
      size = await miss(asked, box)
    })
    return { size, ...passed }
  }
})

function expectAbout(bytes: number, expected: number): void {
  expect(bytes).toBeGreaterThanOrEqual(expected)
  expect(bytes).toBeLessThan(expected + company)
}
