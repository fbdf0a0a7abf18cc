import { Gauge, type Registry } from 'prom-client'
import {
  type CircuitBreaker,
  createCircuitBreaker,
} from '../platform/concurrency/circuit-breaker.ts'
import { withDeadline } from '../platform/concurrency/with-deadline.ts'
import { AppError, type ErrorCode, isAppError } from '../errors.ts'
import type { Logger } from '../platform/log/log.ts'
import { createFullness } from '../platform/metrics/fullness.ts'

type Probe = () => Promise<unknown>

/** `full`: the dependency answers but accepts no more. */
export type DependencyState = 'up' | 'down' | 'full'

/** Dependencies of a service, probed for the metrics and the readiness. */
export type Dependencies = {
  /**
   * Adds a dependency under the name that its metric uses. The probe rejects while the dependency is down. A dependency
   * added earlier under this name, such as by another service in the same process, stays as it is.
   *
   * @param outage code of the failures that mean that it is down
   * @param isFull returns true if a failure means that it accepts no more; such failures do not open the breaker
   * @returns the breaker that guards its calls, shared by all callers
   */
  add(
    name: string,
    probe: Probe,
    outage: ErrorCode,
    isFull?: (error: unknown) => boolean,
  ): CircuitBreaker
  /** Returns the states of all dependencies. */
  check(): Promise<ReadonlyMap<string, DependencyState>>
  /**
   * Returns the state of one dependency: `down` if it does not answer within a second. Concurrent callers share a
   * probe, which is valid for 2 s.
   */
  ask(name: string): Promise<DependencyState>
  /** Stops all background probes. */
  close(): void
}

const probeLimitMs = 1000
/** Anyone may request the readiness, so it must not put load on the dependencies. */
const ttlMs = 2000

export function createDependencies(registry: Registry, log: Logger): Dependencies {
  const probes = new Map<string, Probe>()
  const breakers = new Map<string, CircuitBreaker>()
  const asked = new Map<string, { readonly at: number; readonly state: Promise<DependencyState> }>()

  const fullness = createFullness(registry, log, (name) => dependencies.ask(name))

  /** Rejects if the dependency does not answer. One that reports too many requests of this process does answer. */
  async function probe(name: string): Promise<void> {
    try {
      await withDeadline(probes.get(name)?.() ?? Promise.resolve(), probeLimitMs)
    } catch (error) {
      if (!isAppError(error, 'STORE_BUSY')) throw error
    }
  }

  async function examine(name: string): Promise<DependencyState> {
    try {
      await probe(name)
    } catch (error) {
      return fullness.note(name, error) ? 'full' : 'down'
    }
    fullness.clear(name)
    return 'up'
  }

  const dependencies: Dependencies = {
    add(name, ping, outage, isFull = () => false) {
      const added = breakers.get(name)
      if (added !== undefined) return added
      probes.set(name, ping)
      open.set({ dependency: name }, 0)
      fullness.add(name, isFull)
      const breaker = createCircuitBreaker({
        async probe() {
          if ((await examine(name)) === 'down') throw new Error(`The ${name} does not answer.`)
        },
        isOutage(error): error is Error {
          if (!fullness.note(name, error)) return isAppError(error, outage)
          asked.delete(name)
          return false
        },
        refusal: () => new AppError(outage, `The ${name} did not answer just now.`),
        onChange(isOpen) {
          open.set({ dependency: name }, isOpen ? 1 : 0)
          asked.delete(name)
          log.warn(isOpen ? 'dependency lost' : 'dependency back', { dependency: name })
        },
      })
      breakers.set(name, breaker)
      return breaker
    },
    async check() {
      const names = [...probes.keys()]
      const states = await Promise.all(names.map((name) => dependencies.ask(name)))
      return new Map(names.map((name, index) => [name, states[index] ?? 'down']))
    },
    ask(name) {
      const known = asked.get(name)
      if (known !== undefined && performance.now() - known.at <= ttlMs) return known.state
      const state = examine(name)
      asked.set(name, { at: performance.now(), state })
      return state
    },
    close() {
      for (const breaker of breakers.values()) breaker.close()
      fullness.close()
    },
  }
  const open = new Gauge({
    name: 'iaas_breaker_open',
    aggregator: 'max',
    help: '1 while the circuit breaker of the dependency is open, otherwise 0.',
    labelNames: ['dependency'],
    registers: [registry],
  })
  const gauge: Gauge = new Gauge({
    name: 'iaas_dependency_up',
    aggregator: 'min',
    help: '1 if the dependency answers, otherwise 0.',
    labelNames: ['dependency'],
    registers: [registry],
    async collect() {
      for (const [dependency, state] of await dependencies.check()) {
        gauge.set({ dependency }, state === 'down' ? 0 : 1)
      }
    },
  })
  return dependencies
}
