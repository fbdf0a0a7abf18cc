import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { askUntil, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { type Shot, percentile, saturate, shoot } from '../support/open-loop.ts'
import { type Stack, startStack } from '../support/stack.ts'

const seconds = Number(process.env['OVERLOAD_SECONDS'] ?? 3)
const times = 10
const hit = '/photo_77_77.jpg'

/** What came of everything that was asked for. */
type Overload = {
  /** Renders a second of clients that wait for their answers, and of the crowd. */
  readonly peak: number
  readonly goodput: number
  readonly crowd: readonly Shot[]
  readonly hits: readonly Shot[]
  readonly after: readonly Shot[]
  /** The mean by the service's own clock: without what the crowd waits for its own turn at the processor, ms. */
  readonly ownRefusalMs: number
}

const withStatus = (shots: readonly Shot[], ...statuses: readonly number[]) =>
  shots.filter(({ status }) => statuses.includes(status))

async function overload({ base, admin }: Stack): Promise<Overload> {
  let asked = 0
  // Alike in size, and none of them asked for before.
  const nextPath = () => {
    asked += 1
    return `/photo_${800 + (asked % 100)}_${600 + Math.floor(asked / 100)}.jpg`
  }
  const calm = await saturate({ base, seconds, clients: 4, nextPath })
  const peak = withStatus(calm, 200).length / seconds
  const [crowd, hits] = await Promise.all([
    shoot({ base, seconds, rate: times * peak, nextPath }),
    shoot({ base, seconds, rate: 20, nextPath: () => hit }),
  ])
  const metrics = await readMetrics(admin)
  const ofRefusals = (name: string) => metrics.sum(name, { route: 'image', outcome: 'error' })
  const ownRefusalMs =
    (1000 * ofRefusals('iaas_request_duration_seconds_sum')) /
    ofRefusals('iaas_request_duration_seconds_count')
  const goodput = withStatus(crowd, 200).length / seconds
  await saturate({ base, seconds: 4, clients: 1, nextPath })
  const after = await saturate({ base, seconds: 1, clients: 1, nextPath })
  return { peak, goodput, crowd, hits, after, ownRefusalMs }
}

function describeTimes(shots: readonly Shot[]): string {
  return `p50 ${percentile(shots, 0.5).toFixed(0)} ms, p99 ${percentile(shots, 0.99).toFixed(0)} ms`
}

function report({ peak, goodput, crowd, hits, after, ownRefusalMs }: Overload): void {
  const refusals = withStatus(crowd, 503)
  const lines = [
    `peak            ${peak.toFixed(1)} renders/s`,
    `asked for       ${(crowd.length / seconds).toFixed(1)} /s`,
    `goodput         ${goodput.toFixed(1)} /s, ${((100 * goodput) / peak).toFixed(0)} % of the peak`,
    `refused         ${refusals.length}: ${describeTimes(refusals)}; in the service ${ownRefusalMs.toFixed(0)} ms`,
    `hits meanwhile  ${describeTimes(hits)}`,
    `5 s after       ${describeTimes(after)}`,
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
}

describe('ten times the load that the renderers can bear', () => {
  let stack: Stack
  let result: Overload

  beforeAll(
    async () => {
      // The crowd is many clients, all at one address here.
      stack = await startStack({ env: { CONNECTIONS_PER_CLIENT: '0' } })
      const photo = await makePhoto({ width: 2400, height: 1600, format: 'jpeg' })
      await store(stack.base, 'photo', photo)
      await askUntil(({ status }) => status === 307, stack.base, hit)
      result = await overload(stack)
      report(result)
    },
    120_000 + 5000 * seconds,
  )
  afterAll(() => stack?.[Symbol.asyncDispose]())

  // Of times, only what holds on a machine that crowd, service and others share: the figures themselves are printed.

  it('R12 every answer is an image or a refusal that says when to come again', () => {
    const { crowd } = result
    const refusals = withStatus(crowd, 503)
    expect(withStatus(crowd, 200, 307).length + refusals.length).toBe(crowd.length)
    expect(refusals.length).toBeGreaterThan(0)
    expect(refusals.every(({ retryAfter }) => retryAfter)).toBe(true)
  })

  it('R12 refusals are no failures in the log', () => {
    expect(stack.output()).not.toContain('request failed')
  })

  it('R12 the renderers go on with their work', () => {
    expect(result.goodput).toBeGreaterThan(0.3 * result.peak)
  })

  it('R12 refusals and hits wait for no render', () => {
    const rendered = percentile(withStatus(result.crowd, 200), 0.5)
    expect(percentile(withStatus(result.crowd, 503), 0.5)).toBeLessThan(rendered)
    expect(percentile(result.hits, 0.5)).toBeLessThan(rendered)
    expect(withStatus(result.hits, 307)).toHaveLength(result.hits.length)
  })

  it('R12 all is normal five seconds after', () => {
    expect(result.after.length).toBeGreaterThan(0)
    expect(withStatus(result.after, 200)).toHaveLength(result.after.length)
  })
})
