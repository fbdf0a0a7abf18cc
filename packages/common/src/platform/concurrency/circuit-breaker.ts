import { setTimeout as delay } from 'node:timers/promises'

export type CircuitBreakerOptions = {
  /** Resolves if the dependency answers again. Has its own timeout. */
  readonly probe: () => Promise<unknown>
  /** Returns true if a failure means that the dependency is down, not that the call was wrong. */
  readonly isOutage: (error: unknown) => error is Error
  /** Creates the error of calls while the breaker is open. */
  readonly refusal: () => Error
  /** Pause between two probes, ms. */
  readonly probeEveryMs?: number
  /** Called when the breaker opens or closes. */
  readonly onChange?: (isOpen: boolean) => void
}

/** Fails calls fast while a dependency does not answer. */
export type CircuitBreaker = {
  /**
   * Makes the call unless the breaker is open. An outage opens the breaker; calls then fail at once until a background
   * probe succeeds, so no caller has to test the dependency.
   */
  run<T>(call: () => Promise<T>): Promise<T>
  readonly isOpen: boolean
  /** Error that opened the breaker; undefined while it is closed. */
  readonly outage: Error | undefined
  /** Stops the probes. They do not keep the process alive. */
  close(): void
}

export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { probe, isOutage, refusal, probeEveryMs = 500, onChange = () => {} } = options
  const ending = new AbortController()
  let outage: Error | undefined

  function change(to: Error | undefined): void {
    outage = to
    onChange(to !== undefined)
  }

  /** Probes at once the first time, so that a short failure stays short. */
  async function probeUntilWell(): Promise<void> {
    const pause = { signal: ending.signal, ref: false }
    while (!ending.signal.aborted) {
      const isWell = await probe().then(
        () => true,
        () => false,
      )
      if (isWell) return change(undefined)
      await delay(probeEveryMs, undefined, pause).catch(() => {})
    }
  }

  function open(error: Error): void {
    if (outage !== undefined) return
    change(error)
    void probeUntilWell()
  }

  return {
    async run(call) {
      if (outage !== undefined) throw refusal()
      try {
        return await call()
      } catch (error) {
        if (isOutage(error)) open(error)
        throw error
      }
    },
    get isOpen() {
      return outage !== undefined
    },
    get outage() {
      return outage
    },
    close: () => ending.abort(),
  }
}
