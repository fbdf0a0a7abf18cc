import { setImmediate } from 'node:timers/promises'
import type { PostgresPool } from 'kysely'
import type pg from 'pg'
import { AppError } from '@iaas/common/errors'

/** Lateness of a timeout that shows that this process or the machine was too busy to read an answer, ms. */
const lateMs = 20
/** Maximum number of retries for that reason. */
const mostRetries = 3

/**
 * Distinguishes a busy pool or process from a database that does not answer. A caller that waits in vain for a free
 * connection gets STORE_BUSY if others have returned theirs in the meantime. A connection that this process was too
 * busy to notice is opened again.
 *
 * @param connectTimeoutMs timeout of the pool
 */
export function createWaitedPool(pool: pg.Pool, connectTimeoutMs: number): PostgresPool {
  let releases = 0
  pool.on('release', () => (releases += 1))

  async function connect(retriesLeft: number): Promise<pg.PoolClient> {
    const before = releases
    const dueAt = performance.now() + connectTimeoutMs
    try {
      return await pool.connect()
    } catch (error) {
      const wasLate = performance.now() - dueAt > lateMs
      // Handles answers that arrived while this process was busy first.
      await setImmediate()
      if (isWaitOver(error) && releases !== before) throw busy(error)
      if (isConnectOver(error) && wasLate && retriesLeft > 0) return connect(retriesLeft - 1)
      throw error
    }
  }

  return { connect: () => connect(mostRetries), end: () => pool.end() }
}

/** Returns true for the error of a vain wait for a free connection, identified by its message only. */
function isWaitOver(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect'
}

/** Returns true for the error of a new connection that timed out. */
function isConnectOver(error: unknown): boolean {
  return (
    error instanceof Error && error.message === 'Connection terminated due to connection timeout'
  )
}

function busy(cause: unknown): AppError {
  return new AppError('STORE_BUSY', 'The database is overloaded. Try again later.', { cause })
}
