import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@iaas/common/log'
import { describeRefusal } from './describe-refusal.ts'
import { migrateToLatest } from './migrate.ts'
import { isSocketCode } from './socket-errors.ts'

const retryMs = 1000

/** A migration that is complete, or that continues in the background until it is disposed of. */
export type Migration = AsyncDisposable & { readonly isDone: boolean }

/**
 * Migrates the database to the newest schema: now, or in the background as soon as the database can be reached.
 *
 * @throws Error if the database answers but refuses: wrong credentials, no such database, a failed migration
 */
export async function migrateWhenReachable(url: string, log: Logger): Promise<Migration> {
  const ending = new AbortController()
  const isDone = await tryToMigrate(url)
  if (!isDone) {
    log.warn('database not reachable: it will be migrated later')
    void migrateLater(url, log, ending.signal)
  }
  return {
    isDone,
    async [Symbol.asyncDispose]() {
      ending.abort()
    },
  }
}

async function migrateLater(url: string, log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await delay(retryMs, undefined, { signal, ref: false }).catch(() => {})
    try {
      if (!signal.aborted && (await tryToMigrate(url))) return log.info('database migrated')
    } catch (error) {
      log.error('the database could not be migrated', { error })
    }
  }
}

/** Returns false if the database cannot be reached. */
async function tryToMigrate(url: string): Promise<boolean> {
  try {
    await migrateToLatest({ url })
    return true
  } catch (error) {
    if (isUnreachable(error)) return false
    const refusal = describeRefusal(error)
    throw refusal === undefined ? error : new Error(refusal, { cause: error })
  }
}

/**
 * Temporary refusals of the server: an administrator ends connections or the server (class 57P), the server is
 * starting, or it is read-only, as during a failover: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const passingCodes = new Set(['57P01', '57P02', '57P03', '25006'])

/** Returns true if no server answers, or only temporarily refuses. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /timeout/i.test(error.message) || isLost(error)
}

/** Returns true if the connection was lost or became unusable, in any step. */
function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  const isEnded = /terminated/i.test(error.message)
  return isSocketCode(code) || isEnded || passingCodes.has(code) || isLost(error.cause)
}
