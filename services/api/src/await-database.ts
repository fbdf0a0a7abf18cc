import { setTimeout as delay } from 'node:timers/promises'
import type { DependencyState } from '@iaas/common/metrics/dependencies'

/** Longest wait for the first connection to a database that answers, ms. */
const limitMs = 10_000
const pauseMs = 100

/**
 * Resolves when the pool has its first connection, or after ten seconds. On a busy machine that connection can fail a few
 * times, and the first request for a token would be 503.
 *
 * @param ask returns the state of the database
 */
export async function awaitDatabase(ask: () => Promise<DependencyState>): Promise<void> {
  const giveUpAt = performance.now() + limitMs
  while ((await ask()) !== 'up' && performance.now() < giveUpAt) {
    await delay(pauseMs)
  }
}
