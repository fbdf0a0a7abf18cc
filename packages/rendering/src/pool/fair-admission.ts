import { busy } from './admission.ts'
import { type Entrant, type Lane, type Waiter, findDisplaceable } from './waiters.ts'
import { type ClientUsage, createClientUsage } from './client-usage.ts'

export type FairAdmissionOptions = {
  /** Capacity; the caller defines the unit. */
  readonly capacity: number
  /** Share of the capacity that upload checks may use. */
  readonly ingestCapacity?: number
  /** Maximum number of waiters. */
  readonly queueLimit: number
  /** Maximum wait, ms. Also applies to the expected wait of a newcomer. */
  readonly maxWaitMs: number
  readonly usage?: ClientUsage
}

export type FairAdmission = {
  /**
   * Waits until there is room. The caller returns it by calling the result once.
   *
   * @throws AppError RENDERER_BUSY; the reason of `signal` if it aborts while waiting
   */
  enter(entrant: Entrant, signal?: AbortSignal): Promise<() => void>
  /** Enters if there is room now and nobody waits; otherwise returns undefined. Counts for no client. */
  tryEnter(share: number): (() => void) | undefined
  readonly inside: number
  readonly waiting: number
}

/** Weight of the latest stay in the moving mean. */
const weight = 0.1
/** Share of its waiting time that is credited to a waiter, so that newcomers cannot overtake it for ever. */
const waitCredit = 0.2
/** Number of renders that may overtake an upload check. */
const mostOvertaking = 4

/**
 * Creates a weighted semaphore with a fair queue: the next waiter belongs to the client with the least recent usage.
 * The queue is as long as its work can be done in time, judged by previous stays. If it is full, the client with the
 * most waiters loses its last one. The requests of a single client keep their order.
 */
export function createFairAdmission(options: FairAdmissionOptions): FairAdmission {
  const { capacity, queueLimit, maxWaitMs, usage = createClientUsage() } = options
  const queue: Waiter[] = []
  const lanes = {
    render: { capacity, inside: 0, meanStayMs: 0 },
    ingest: { capacity: options.ingestCapacity ?? capacity, inside: 0, meanStayMs: 0 },
  }
  let overtaken = 0

  const insideAll = () => lanes.render.inside + lanes.ingest.inside

  function hasRoom({ share, lane }: Pick<Entrant, 'share' | 'lane'>): boolean {
    return insideAll() + share <= capacity && lanes[lane].inside + share <= lanes[lane].capacity
  }

  function take({ share, lane: name, client }: Entrant): () => void {
    const lane = lanes[name]
    lane.inside += share
    const enteredAt = performance.now()
    const endUsage = usage.begin(client)
    return once(() => {
      lane.inside -= share
      endUsage()
      lane.meanStayMs += weight * (performance.now() - enteredAt - lane.meanStayMs)
      admitNext()
    })
  }

  /** Returns the usage of the waiter's client, minus a part of its waiting time. */
  function rankOf({ client, since }: Waiter): number {
    return usage.of(client) - waitCredit * (performance.now() - since)
  }

  /** Returns the first waiter of the client that is next. */
  function findNext(lane: Lane): Waiter | undefined {
    const firsts = new Map<string, Waiter>()
    for (const waiter of queue) {
      if (waiter.lane === lane && !firsts.has(waiter.client)) firsts.set(waiter.client, waiter)
    }
    const ranked = [...firsts.values()].map((waiter) => ({ waiter, rank: rankOf(waiter) }))
    return ranked.toSorted((one, other) => one.rank - other.rank)[0]?.waiter
  }

  function chooseNext(): Waiter | undefined {
    const [render, ingest] = [findNext('render'), findNext('ingest')]
    const isIngestReady = ingest !== undefined && hasRoom(ingest)
    if (render === undefined || (isIngestReady && overtaken >= mostOvertaking)) {
      return isIngestReady ? ingest : undefined
    }
    if (!hasRoom(render)) return undefined
    overtaken = isIngestReady ? overtaken + 1 : 0
    return render
  }

  function admitNext(): void {
    for (let next = chooseNext(); next !== undefined; next = chooseNext()) {
      if (next.lane === 'ingest') overtaken = 0
      next.admit()
    }
  }

  /** Counts the waiters ahead of a newcomer. The mean never expires, because stays can be arbitrarily long. */
  function isFull({ lane: name, client }: Entrant): boolean {
    const lane = lanes[name]
    const waiting = queue.filter((waiter) => waiter.lane === name)
    if (waiting.length >= queueLimit) return true
    const used = usage.of(client)
    const ahead = waiting.filter((waiter) => rankOf(waiter) <= used).length
    return ahead > 0 && (ahead * lane.meanStayMs) / lane.capacity > maxWaitMs
  }

  /** Makes room by refusing a waiter of the client with the most waiters, unless that is the newcomer. */
  function displaceFor({ client, lane }: Entrant): boolean {
    const displaced = findDisplaceable(queue, { lane, client }, usage)
    displaced?.refuse(busy())
    return displaced !== undefined
  }

  function isFirst({ lane }: Entrant): boolean {
    return !queue.some((waiter) => lane === 'ingest' || waiter.lane === lane)
  }

  function wait(entrant: Entrant, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        queue.splice(queue.indexOf(waiter), 1)
      }
      const refuse = (reason: unknown) => {
        leave()
        reject(reason)
        admitNext()
      }
      const abort = () => refuse(signal?.reason)
      const timer = setTimeout(() => refuse(busy()), maxWaitMs)
      const waiter: Waiter = {
        ...entrant,
        since: performance.now(),
        refuse,
        admit() {
          leave()
          resolve(take(entrant))
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      queue.push(waiter)
    })
  }

  return {
    async enter(entrant, signal) {
      signal?.throwIfAborted()
      if (hasRoom(entrant) && isFirst(entrant)) return take(entrant)
      if (isFull(entrant) && !displaceFor(entrant)) throw busy()
      return wait(entrant, signal)
    },
    tryEnter(share) {
      if (queue.length > 0 || !hasRoom({ share, lane: 'render' })) return undefined
      lanes.render.inside += share
      return once(() => {
        lanes.render.inside -= share
        admitNext()
      })
    },
    get inside() {
      return insideAll()
    },
    get waiting() {
      return queue.length
    },
  }
}

function once(action: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    action()
  }
}
