import type { ClientUsage } from './client-usage.ts'

/** Renders come first, because someone waits for the image; upload checks have their own share. */
export type Lane = 'render' | 'ingest'

export type Entrant = {
  readonly share: number
  readonly lane: Lane
  /** Opaque. All requests without a client count as one client. */
  readonly client: string
}

export type Waiter = Entrant & {
  /** A time of `performance.now()`. */
  readonly since: number
  readonly admit: () => void
  readonly refuse: (reason: unknown) => void
}

/**
 * Returns the last waiter of the client with the most waiters in a lane. Among equals, picks the client with the most
 * usage.
 *
 * @returns undefined if the newcomer would have more waiters than the displaced client keeps
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
