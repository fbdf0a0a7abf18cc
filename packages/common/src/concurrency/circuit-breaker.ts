import { setTimeout as delay } from 'node:timers/promises'

export type CircuitBreakerOptions = {
  /** Resolves where the dependency answers again. Has a deadline of its own. */
  readonly probe: () => Promise<unknown>
  /** Whether a failure is the dependency's, and not that of the call. */
  readonly isOutage: (error: unknown) => error is Error
  /** What a call fails with while the breaker is open. */
  readonly refusal: () => Error
  /** The pause between two probes, ms. */
  readonly probeEveryMs?: number
  /** Hears that it opened or closed. */
  readonly onChange?: (isOpen: boolean) => void
}

/** Keeps calls away from a dependency that does not answer. */
export type CircuitBreaker = {
  /**
   * Makes the call, unless the breaker is open. An outage opens it; from then on calls fail at once, until a probe in
   * the background has succeeded: no caller has to try whether the dependency is back.
   */
  run<T>(call: () => Promise<T>): Promise<T>
  readonly isOpen: boolean
  /** What it was opened by; undefined while it is closed. */
  readonly outage: Error | undefined
  /** Ends the probes. Until then they do not keep the process from ending. */
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

  /** The first probe comes at once: what failed for a moment only is away for a moment only. */
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
