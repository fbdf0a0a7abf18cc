import { setImmediate } from 'node:timers/promises'
import type { PostgresPool } from 'kysely'
import type pg from 'pg'
import { AppError } from '../errors.ts'

/**
 * Tells a pool that is busy from a database that does not answer. Whoever waits in vain for a free connection is told
 * STORE_BUSY if others have given theirs back in the meantime.
 */
export function createWaitedPool(pool: pg.Pool): PostgresPool {
  let releases = 0
  pool.on('release', () => (releases += 1))

  return {
    async connect() {
      const before = releases
      try {
        return await pool.connect()
      } catch (error) {
        // Answers that have arrived while this process was busy are heard first.
        await setImmediate()
        if (isWaitOver(error) && releases !== before) throw busy(error)
        throw error
      }
    },
    end: () => pool.end(),
  }
}

/** The error of a wait for a connection that others have, which has nothing but its message. */
function isWaitOver(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect'
}

function busy(cause: unknown): AppError {
  return new AppError('STORE_BUSY', 'The database has too much to do just now.', { cause })
}
