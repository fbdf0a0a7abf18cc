import { LRUCache } from 'lru-cache'

const windowMs = 60_000
const maxClients = 10_000
/** Starting a child costs as much as a hundred small renders. */
const killsPerClient = 3

/**
 * Limits how many children each client may kill per minute by leaving. Beyond the limit, its work is completed.
 *
 * @param now returns ms from any origin
 */
export function createKillLimit(now: () => number = () => performance.now()) {
  const kills = new LRUCache<string, readonly number[]>({ max: maxClients })
  return {
    /** Takes one kill. Returns false if none is left. */
    take(client: string): boolean {
      const time = now()
      const recent = (kills.get(client) ?? []).filter((at) => time - at < windowMs)
      if (recent.length >= killsPerClient) return false
      kills.set(client, [...recent, time])
      return true
    },
  }
}
