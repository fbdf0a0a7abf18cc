import { Gauge, type Registry } from 'prom-client'
import { withDeadline } from '../concurrency/with-deadline.ts'

type Probe = () => Promise<unknown>

/** What a service needs of others, asked whenever the metrics are. */
export type Dependencies = {
  /** Adds one, under the name that its metric gives it. The probe rejects while it is down; the same name replaces. */
  add(name: string, probe: Probe): void
  /** Asks all of them at once; one that does not answer within a second counts as down. Believed for two seconds. */
  check(): Promise<ReadonlyMap<string, 'up' | 'down'>>
}

const probeLimitMs = 1000
/** Anyone may ask for the readiness: it must not become a load on what it asks. */
const believedForMs = 2000

export function createDependencies(registry: Registry): Dependencies {
  const probes = new Map<string, Probe>()

  let checked = Promise.resolve<ReadonlyMap<string, 'up' | 'down'>>(new Map())
  let checkedAt = Number.NEGATIVE_INFINITY

  const dependencies: Dependencies = {
    add: (name, probe) => void probes.set(name, probe),
    check() {
      if (performance.now() - checkedAt > believedForMs) {
        checkedAt = performance.now()
        checked = Promise.all([...probes].map(ask)).then((states) => new Map(states))
      }
      return checked
    },
  }
  const gauge: Gauge = new Gauge({
    name: 'iaas_dependency_up',
    help: 'Whether what this service needs answers: 1, or 0.',
    labelNames: ['dependency'],
    registers: [registry],
    async collect() {
      for (const [dependency, state] of await dependencies.check()) {
        gauge.set({ dependency }, state === 'up' ? 1 : 0)
      }
    },
  })
  return dependencies
}

async function ask([name, probe]: readonly [string, Probe]) {
  const state = await withDeadline(probe(), probeLimitMs).then(
    () => 'up' as const,
    () => 'down' as const,
  )
  return [name, state] as const
}
