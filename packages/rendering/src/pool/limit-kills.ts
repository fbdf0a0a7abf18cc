import { LRUCache } from 'lru-cache'

const windowMs = 60_000
const maxClients = 10_000
/** A child costs as much to start as a hundred small renders. */
const killsPerClient = 3

/**
 * Bounds how many children each client may have killed in a minute by leaving: beyond it what it has asked for is done.
 *
 * @param now ms, from any beginning
 */
export function createKillLimit(now: () => number = () => performance.now()) {
  const kills = new LRUCache<string, readonly number[]>({ max: maxClients })
  return {
    /** Takes one; false if there is none left. */
    take(client: string): boolean {
      const time = now()
      const recent = (kills.get(client) ?? []).filter((at) => time - at < windowMs)
      if (recent.length >= killsPerClient) return false
      kills.set(client, [...recent, time])
      return true
    },
  }
}
