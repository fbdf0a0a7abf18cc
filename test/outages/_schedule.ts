import type { Random } from '@iaas/testing/random'
import type { Trouble } from './_troubles.ts'

/** One fault, or two at once, for a while, and a pause after it, ms. */
export type Step = {
  readonly troubles: readonly Trouble[]
  readonly forMs: number
  readonly pauseMs: number
}

/** Endless; the same for the same seed and the same troubles. */
export function* drawSchedule(random: Random, troubles: readonly Trouble[]): Generator<Step> {
  for (;;) {
    const one = random.pick(troubles)
    const others = troubles.filter(({ target }) => target !== one.target)
    yield {
      troubles: random.below(2) === 0 ? [one] : [one, random.pick(others)],
      forMs: 500 + random.below(2500),
      pauseMs: random.below(1500),
    }
  }
}
