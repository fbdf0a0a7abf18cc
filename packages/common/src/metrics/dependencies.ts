import { Gauge, type Registry } from 'prom-client'
import { type CircuitBreaker, createCircuitBreaker } from '../concurrency/circuit-breaker.ts'
import { withDeadline } from '../concurrency/with-deadline.ts'
import { AppError, type ErrorCode, isAppError } from '../errors.ts'
import type { Logger } from '../log.ts'

type Probe = () => Promise<unknown>

/** What a service needs of others, asked whenever the metrics are. */
export type Dependencies = {
  /**
   * Adds one, under the name that its metric gives it. The probe rejects while it is down. One that was added before, as
   * by another service in the same process, stays as it is.
   *
   * @param outage the code of the failures that mean that it is down
   * @returns what keeps calls away from it meanwhile: the same for all
   */
  add(name: string, probe: Probe, outage: ErrorCode): CircuitBreaker
  /** Asks all of them at once; one that does not answer within a second counts as down. Believed for two seconds. */
  check(): Promise<ReadonlyMap<string, 'up' | 'down'>>
  /** Ends what still waits for the return of one. */
  close(): void
}

const probeLimitMs = 1000
/** Anyone may ask for the readiness: it must not become a load on what it asks. */
const believedForMs = 2000

export function createDependencies(registry: Registry, log: Logger): Dependencies {
  const probes = new Map<string, Probe>()
  const breakers = new Map<string, CircuitBreaker>()

  let checked = Promise.resolve<ReadonlyMap<string, 'up' | 'down'>>(new Map())
  let checkedAt = Number.NEGATIVE_INFINITY

  const dependencies: Dependencies = {
    add(name, probe, outage) {
      const added = breakers.get(name)
      if (added !== undefined) return added
      probes.set(name, probe)
      open.set({ dependency: name }, 0)
      const breaker = createCircuitBreaker({
        probe: () => withDeadline(probe(), probeLimitMs),
        isOutage: (error) => isAppError(error, outage),
        refusal: () => new AppError(outage, `The ${name} did not answer just now.`),
        onChange(isOpen) {
          open.set({ dependency: name }, isOpen ? 1 : 0)
          // What was believed is not so any more.
          checkedAt = Number.NEGATIVE_INFINITY
          log.warn(isOpen ? 'dependency lost' : 'dependency back', { dependency: name })
        },
      })
      breakers.set(name, breaker)
      return breaker
    },
    check() {
      if (performance.now() - checkedAt > believedForMs) {
        checkedAt = performance.now()
        checked = Promise.all([...probes].map(ask)).then((states) => new Map(states))
      }
      return checked
    },
    close() {
      for (const breaker of breakers.values()) breaker.close()
    },
  }
  const open = new Gauge({
    name: 'iaas_breaker_open',
    aggregator: 'max',
    help: 'Whether calls are kept away from what this service needs: 1, or 0.',
    labelNames: ['dependency'],
    registers: [registry],
  })
  const gauge: Gauge = new Gauge({
    name: 'iaas_dependency_up',
    aggregator: 'min',
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
