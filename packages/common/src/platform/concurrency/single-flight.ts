/** Work of a flight. `signal` aborts once every caller has left. `hold` keeps the flight joinable after its result. */
export type FlightWork<T> = (
  signal: AbortSignal,
  hold: (until: Promise<unknown>) => void,
) => Promise<T>

export type SingleFlight<T> = {
  /**
   * Joins the flight of `key` or starts it. A caller whose signal aborts is rejected with its reason; the others are
   * unaffected.
   */
  join(key: string, work: FlightWork<T>, signal?: AbortSignal): Promise<T>
  /** Number of keys in flight. */
  readonly size: number
}

type Flight<T> = { readonly result: Promise<T>; readonly abort: AbortController; callers: number }

/** Coalesces concurrent work by key: callers that arrive while a flight runs, or is held, share its result. */
export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>()

  function start(key: string, work: FlightWork<T>): Flight<T> {
    const abort = new AbortController()
    const holds: Promise<unknown>[] = []
    const result = work(abort.signal, (until) => holds.push(until))
    const flight: Flight<T> = { result, abort, callers: 0 }
    flights.set(key, flight)
    // An aborted flight may be replaced before it has ended, so it removes only its own entry.
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    abort.signal.addEventListener('abort', land)
    // Without a hold the flight is gone before any caller continues, so that a caller may start the next one.
    void result
      .then(() => (holds.length > 0 ? Promise.allSettled(holds) : undefined))
      .then(land, land)
    return flight
  }

  function join(key: string, work: FlightWork<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error)
    const flight = flights.get(key) ?? start(key, work)
    if (signal === undefined) {
      flight.callers += 1
      return flight.result
    }
    return waitUnlessGone(flight, signal)
  }

  return {
    join,
    get size() {
      return flights.size
    },
  }
}

function waitUnlessGone<T>(flight: Flight<T>, signal: AbortSignal): Promise<T> {
  flight.callers += 1
  return new Promise((resolve, reject) => {
    const leave = () => {
      flight.callers -= 1
      if (flight.callers === 0) flight.abort.abort(signal.reason)
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', leave, { once: true })
    flight.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
