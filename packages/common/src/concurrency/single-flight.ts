/** The work of a flight: `signal` aborts once every caller is gone; `hold` keeps the flight joinable after its result. */
export type FlightWork<T> = (
  signal: AbortSignal,
  hold: (until: Promise<unknown>) => void,
) => Promise<T>

export type SingleFlight<T> = {
  /**
   * Joins the flight of `key`, or starts it. Callers that leave (by their signal) are rejected with its reason and
   * take nothing from the others.
   */
  join(key: string, work: FlightWork<T>, signal?: AbortSignal): Promise<T>
  /** How many keys are in flight. */
  readonly size: number
}

type Flight<T> = { readonly result: Promise<T>; readonly abort: AbortController; callers: number }

/** One run of the same work at a time: whoever asks while it runs, or is held, gets its result. */
export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>()

  function start(key: string, work: FlightWork<T>): Flight<T> {
    const abort = new AbortController()
    const holds: Promise<unknown>[] = []
    const result = work(abort.signal, (until) => holds.push(until))
    const flight: Flight<T> = { result, abort, callers: 0 }
    flights.set(key, flight)
    // An aborted flight gives way to a new one before it has ended: it removes no entry but its own.
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    abort.signal.addEventListener('abort', land)
    void result.then(() => Promise.allSettled(holds)).then(land, land)
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
