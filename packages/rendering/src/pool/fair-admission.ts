import { busy } from './admission.ts'
import { type Entrant, type Lane, type Waiter, findDisplaceable } from './waiters.ts'
import { type ClientUsage, createClientUsage } from './client-usage.ts'

export type FairAdmissionOptions = {
  /** How much may be inside at once; of what, the caller says. */
  readonly capacity: number
  /** How much of it checks of uploads may have. */
  readonly ingestCapacity?: number
  /** How many may wait. */
  readonly queueLimit: number
  /** How long one waits at most, also by what is expected when it comes, ms. */
  readonly maxWaitMs: number
  readonly usage?: ClientUsage
}

export type FairAdmission = {
  /**
   * Waits until there is room. The caller gives it back, once, by calling what this resolves to.
   *
   * @throws AppError RENDERER_BUSY; the reason of `signal` if that aborts while waiting
   */
  enter(entrant: Entrant, signal?: AbortSignal): Promise<() => void>
  /** Enters if there is room now and nobody waits; otherwise undefined. Counts for no client. */
  tryEnter(share: number): (() => void) | undefined
  readonly inside: number
  readonly waiting: number
}

/** How much the latest stay counts in the mean. */
const weight = 0.1
/** How much of its time in the queue a waiter has in its favour, so that newcomers cannot overtake it for ever. */
const waitCredit = 0.2
/** So many renders may overtake the check of an upload. */
const mostOvertaking = 4

/**
 * A semaphore with weights whose queue is fair: next is the client that has had the least of late. The queue is as long as
 * its work can be done in time, by how long others have stayed; once it is full, a place in it is taken from the client
 * with the most waiters, the last one first. A client alone is served in the order of its requests.
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

  /** Returns the usage of its client, less a part of the time that it has waited. */
  function rankOf({ client, since }: Waiter): number {
    return usage.of(client) - waitCredit * (performance.now() - since)
  }

  /** The first waiter of the client that comes next. */
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

  /**
   * Counts those that are served before a newcomer. The mean is never out of date: one may wait however long the others stay.
   */
  function isFull({ lane: name, client }: Entrant): boolean {
    const lane = lanes[name]
    const waiting = queue.filter((waiter) => waiter.lane === name)
    if (waiting.length >= queueLimit) return true
    const used = usage.of(client)
    const ahead = waiting.filter((waiter) => rankOf(waiter) <= used).length
    return ahead > 0 && (ahead * lane.meanStayMs) / lane.capacity > maxWaitMs
  }

  /** Makes room at the expense of the client that has the most waiters, unless that is the newcomer. */
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
