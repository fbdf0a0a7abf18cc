import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '@iaas/testing/random'

/** Steps in whose middle an original is raised. */
export const steps = [
  'lookup begun',
  'lookup done',
  'original found',
  'pixels read',
  'rendered',
  'spool asked',
  'spool written',
  'flow queued',
  'object put',
  'object stored',
  'link begun',
  'link recorded',
  'spool dropped',
] as const
export type Step = (typeof steps)[number]

/** The interleaving of one original: one step is held until the raise is committed or effective; others are delayed at random. */
export type Plan = {
  readonly held: Step
  /** Resolves when the held step is reached. */
  readonly reached: Promise<void>
  /** Lets the held step go on, now and ever after. */
  release(): void
  readonly random: ReturnType<typeof createRandom>
}

export type Gates = {
  open(id: string, seed: number): Plan
  /** Passes a step of the work on an original. */
  pass(step: Step, id: string | undefined): Promise<void>
}

type Signal = { readonly promise: Promise<void>; readonly resolve: () => void }

function createSignal(): Signal {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => (resolve = settle))
  return { promise, resolve }
}

/** Longest random delay of a step, ms. */
const longestDelayMs = 6

export function createGates(): Gates {
  const plans = new Map<string, Plan & { readonly arrive: () => Promise<void> }>()
  return {
    open(id, seed) {
      const random = createRandom(seed)
      const reached = createSignal()
      const gate = createSignal()
      const plan = {
        held: random.pick(steps),
        reached: reached.promise,
        release: () => gate.resolve(),
        random,
        arrive() {
          reached.resolve()
          return gate.promise
        },
      }
      plans.set(id, plan)
      return plan
    },
    async pass(step, id) {
      const plan = id === undefined ? undefined : plans.get(id)
      if (plan === undefined) return
      if (plan.held === step) await plan.arrive()
      else if (plan.random.below(3) === 0) await delay(plan.random.below(longestDelayMs))
    },
  }
}
