import { setTimeout as delay } from 'node:timers/promises'
import { Gauge, type Registry } from 'prom-client'
import type { Logger } from '../log/log.ts'

/** Interval between probes of a full dependency, ms. */
const askEveryMs = 2000

/** Tracks dependencies that answer but accept no more. Logs each change once. */
export type Fullness = {
  add(name: string, isFull: (error: unknown) => boolean): void
  /** Notes the failure of a call. @returns true if it means that the dependency is full */
  note(name: string, error: unknown): boolean
  /** Notes that the dependency accepts work again. */
  clear(name: string): void
  close(): void
}

/** @param ask asks a dependency, whose answer is noted here */
export function createFullness(
  registry: Registry,
  log: Logger,
  ask: (name: string) => Promise<unknown>,
): Fullness {
  const rules = new Map<string, (error: unknown) => boolean>()
  const full = new Set<string>()
  const ending = new AbortController()
  const gauge = new Gauge({
    name: 'iaas_dependency_full',
    aggregator: 'max',
    help: '1 if the dependency answers but accepts no more, otherwise 0.',
    labelNames: ['dependency'],
    registers: [registry],
  })

  /** Probes because there may be no other call for a while. */
  async function askUntilRoom(name: string): Promise<void> {
    while (full.has(name) && !ending.signal.aborted) {
      await delay(askEveryMs, undefined, { signal: ending.signal, ref: false }).catch(() => {})
      if (!ending.signal.aborted) await ask(name)
    }
  }

  return {
    add(name, isFull) {
      rules.set(name, isFull)
      gauge.set({ dependency: name }, 0)
    },
    note(name, error) {
      if (rules.get(name)?.(error) !== true) return false
      if (full.has(name)) return true
      full.add(name)
      gauge.set({ dependency: name }, 1)
      log.warn('dependency full: it refuses writes', { dependency: name })
      void askUntilRoom(name)
      return true
    },
    clear(name) {
      if (!full.delete(name)) return
      gauge.set({ dependency: name }, 0)
      log.warn('dependency has room again', { dependency: name })
    },
    close: () => ending.abort(),
  }
}
