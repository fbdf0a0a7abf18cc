import { LRUCache } from 'lru-cache'

/** Time after which the usage of a client is halved, ms. */
const halfLifeMs = 30_000
const maxClients = 10_000

/** Recent usage of places by client, as time. */
export type ClientUsage = {
  /** Notes that a client takes a place. The client calls the result when it leaves. */
  begin(client: string): () => void
  /** Returns the usage of a client, including the places that it still holds, ms. */
  of(client: string): number
}

type Account = { ms: number; at: number; readonly begun: Set<{ readonly at: number }> }

/** @param now returns ms from any origin */
export function createClientUsage(now: () => number = () => performance.now()): ClientUsage {
  const accounts = new LRUCache<string, Account>({ max: maxClients })

  function decayed({ ms, at }: Account, time: number): number {
    return ms * 0.5 ** ((time - at) / halfLifeMs)
  }

  function accountOf(client: string): Account {
    const known = accounts.get(client)
    if (known !== undefined) return known
    const account: Account = { ms: 0, at: now(), begun: new Set() }
    accounts.set(client, account)
    return account
  }

  return {
    begin(client) {
      const account = accountOf(client)
      const stay = { at: now() }
      account.begun.add(stay)
      return () => {
        const time = now()
        account.begun.delete(stay)
        account.ms = decayed(account, time) + time - stay.at
        account.at = time
      }
    },
    of(client) {
      const account = accounts.get(client)
      if (account === undefined) return 0
      const time = now()
      return [...account.begun].reduce((sum, { at }) => sum + time - at, decayed(account, time))
    },
  }
}
