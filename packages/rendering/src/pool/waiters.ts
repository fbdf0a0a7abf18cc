import type { ClientUsage } from './client-usage.ts'

/** Who waits for an image to be shown comes first; checks of uploads have a share of their own. */
export type Lane = 'render' | 'ingest'

export type Entrant = {
  readonly share: number
  readonly lane: Lane
  /** Opaque. Whoever tells no client is one with all that tell none. */
  readonly client: string
}

export type Waiter = Entrant & {
  /** A time of `performance.now()`. */
  readonly since: number
  readonly admit: () => void
  readonly refuse: (reason: unknown) => void
}

/**
 * The last waiter of the client that has the most of a lane; of several that have as many, of the one that has had the most.
 *
 * @returns undefined if a newcomer would take more than it leaves the other
 */
export function findDisplaceable(
  queue: readonly Waiter[],
  { lane, client }: Pick<Entrant, 'lane' | 'client'>,
  usage: Pick<ClientUsage, 'of'>,
): Waiter | undefined {
  const clients = new Map<string, { count: number; last: Waiter }>()
  for (const waiter of queue) {
    if (waiter.lane !== lane) continue
    const count = (clients.get(waiter.client)?.count ?? 0) + 1
    clients.set(waiter.client, { count, last: waiter })
  }
  const others = [...clients.values()].filter(({ last }) => last.client !== client)
  const usedBy = ({ last }: { readonly last: Waiter }) => usage.of(last.client)
  const [most] = others.toSorted(
    (one, other) => other.count - one.count || usedBy(other) - usedBy(one),
  )
  if (most === undefined) return undefined
  const wouldHave = (clients.get(client)?.count ?? 0) + 1
  const isHeavier = most.count === wouldHave && usedBy(most) > usage.of(client)
  return most.count > wouldHave || isHeavier ? most.last : undefined
}
