import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { askUntil, store } from '../support/http.ts'
import { type Shot, percentile, saturate, shoot } from '../support/open-loop.ts'
import { type Stack, startStack } from '../support/stack.ts'

const seconds = Number(process.env['OVERLOAD_SECONDS'] ?? 4)
const times = 10
const hit = '/photo_77_77.jpg'

/** How many pictures came out, how many were turned away, and how fast. */
type Figures = { readonly perSecond: number; readonly refused: number; readonly refusalMs: number }

describe('ten times the load that the renderers can bear', () => {
  let stack: Stack
  let peak: Figures
  let over: Figures
  let hits: readonly Shot[]
  let shots: readonly Shot[]
  let after: readonly Shot[]
  /** The mean by the clock of the service, without what the crowd itself waits for its turn at the processor. */
  let ownRefusalMs = 0
  let asked = 0
  // Alike in size, and none asked for before.
  const nextPath = () => `/photo_${800 + (asked % 100)}_${600 + Math.floor((asked += 1) / 100)}.jpg`

  beforeAll(
    async () => {
      stack = await startStack({
        env: { NODE_CONFIG: JSON.stringify({ renderer: { queue: 64 } }) },
      })
      const { base } = stack
      await store(base, 'photo', await makePhoto({ width: 2400, height: 1600, format: 'jpeg' }))
      await askUntil(({ status }) => status === 307, base, hit)
      await saturate({ base, seconds: 1, clients: 4, nextPath })
      peak = figuresOf(await saturate({ base, seconds, clients: 4, nextPath }), seconds)
      const [many, few] = await Promise.all([
        shoot({ base, seconds, rate: times * peak.perSecond, nextPath }),
        shoot({ base, seconds, rate: 20, nextPath: () => hit }),
      ])
      shots = many
      hits = few
      over = figuresOf(many, seconds)
      const recovery = () => saturate({ base, seconds: 1, clients: 1, nextPath })
      await recovery()
      after = await recovery()
      report()
    },
    60_000 + 3000 * seconds,
  )
  afterAll(() => stack?.[Symbol.asyncDispose]())

  function figuresOf(all: readonly Shot[], duration: number): Figures {
    const refusals = all.filter(({ status }) => status === 503)
    const served = all.filter(({ status }) => status === 200)
    return {
      perSecond: served.length / duration,
      refused: refusals.length,
      refusalMs: percentile(refusals, 0.5),
    }
  }

  function report(): void {
    const refusals = shots.filter(({ status }) => status === 503)
    const lines = [
      `peak                 ${peak.perSecond.toFixed(1)} renders/s`,
      `asked for            ${(shots.length / seconds).toFixed(1)} /s`,
      `goodput              ${over.perSecond.toFixed(1)} /s (${((100 * over.perSecond) / peak.perSecond).toFixed(0)} % of the peak)`,
      `refused              ${over.refused}, p50 ${percentile(refusals, 0.5).toFixed(0)} ms, p99 ${percentile(refusals, 0.99).toFixed(0)} ms; in the service ${ownRefusalMs.toFixed(0)} ms`,
      `hits meanwhile       p50 ${percentile(hits, 0.5).toFixed(0)} ms, p99 ${percentile(hits, 0.99).toFixed(0)} ms`,
      `a second after       p50 ${percentile(after, 0.5).toFixed(0)} ms`,
    ]
    process.stderr.write(`${lines.join('\n')}\n`)
  }

  it('R12 every answer is a picture or a refusal that says when to come again', () => {
    const others = shots.filter(({ status }) => ![200, 307, 503].includes(status))
    expect(others).toEqual([])
    const refusals = shots.filter(({ status }) => status === 503)
    expect(refusals.length).toBeGreaterThan(shots.length / 2)
    expect(refusals.every(({ retryAfter }) => retryAfter)).toBe(true)
  })

  it('R12 the renderers go on with their work', () => {
    // On a machine that the crowd shares with the renderers there is less left of it for them.
    expect(over.perSecond).toBeGreaterThan(0.3 * peak.perSecond)
  })

  it('R12 refusals and hits wait for no render', () => {
    const served = shots.filter(({ status }) => status === 200)
    expect(over.refusalMs).toBeLessThan(percentile(served, 0.5))
    expect(percentile(hits, 0.5)).toBeLessThan(percentile(served, 0.5))
    expect(hits.filter(({ status }) => status !== 307)).toEqual([])
  })

  it('R12 all is normal soon after', () => {
    expect(after.filter(({ status }) => status !== 200)).toEqual([])
    expect(after.length).toBeGreaterThan(0)
  })
})
