import { setTimeout as delay } from 'node:timers/promises'
import type { DependencyState } from '@iaas/common/metrics/dependencies'
import type { KnownEpochs } from './epochs/known-epochs.ts'

/** Longest wait for a database that answers, ms. */
const limitMs = 10_000
const pauseMs = 20

/**
 * Resolves when this process can use the database, or after ten seconds. On a busy machine the first connections can fail a few
 * times, and the first request for a token would be 503. A process that is not registered yet asks the database for every link,
 * whatever its caches hold.
 */
export async function awaitDatabase(
  askDatabase: () => Promise<DependencyState>,
  epochs: Pick<KnownEpochs, 'isTrusted'>,
): Promise<void> {
  const giveUpAt = performance.now() + limitMs
  const isUsable = async () => (await askDatabase()) === 'up' && epochs.isTrusted(performance.now())
  while (!(await isUsable()) && performance.now() < giveUpAt) await delay(pauseMs)
}
