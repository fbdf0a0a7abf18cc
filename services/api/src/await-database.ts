import { setTimeout as delay } from 'node:timers/promises'

/** Longest wait for a database that answers, ms. */
const limitMs = 10_000
const pauseMs = 20

/**
 * Resolves when this process can use the database, or after ten seconds. On a busy machine the first connections can fail a few
 * times, and the first request for a token would be 503.
 */
export async function awaitDatabase(isUsable: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + limitMs
  while (!(await isUsable()) && performance.now() < giveUpAt) {
    await delay(pauseMs)
  }
}
