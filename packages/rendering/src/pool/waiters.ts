/** Who waits for an image to be shown comes first; checks of uploads have a share of their own. */
export type Lane = 'render' | 'intake'

export type Entrant = {
  readonly share: number
  readonly lane: Lane
  /** Opaque. Whoever tells no client is one with all that tell none. */
  readonly client: string
}

export type Waiter = Entrant & {
  /** Of `performance.now()`. */
  readonly since: number
  readonly admit: () => void
  readonly refuse: (reason: unknown) => void
}

/**
 * The last waiter of the client that has the most of a lane.
 *
 * @returns undefined if a newcomer of `client` would have as many
 */
export function findDisplaceable(
  queue: readonly Waiter[],
  lane: Lane,
  client: string,
): Waiter | undefined {
  const clients = new Map<string, { count: number; last: Waiter }>()
  for (const waiter of queue) {
    if (waiter.lane !== lane) continue
    const count = (clients.get(waiter.client)?.count ?? 0) + 1
    clients.set(waiter.client, { count, last: waiter })
  }
  const own = clients.get(client)?.count ?? 0
  const [most] = [...clients.values()].toSorted((one, other) => other.count - one.count)
  return most !== undefined && most.count > own + 1 ? most.last : undefined
}
