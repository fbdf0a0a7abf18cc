import { types } from 'node:util'
import { AppError, isAppError } from '@iaas/common/errors'
import { isSocketCode, isTlsCode } from './socket-errors.ts'

/** Runs a query. Errors of an unreachable, full or slow database become STORE_UNAVAILABLE; others pass through. */
export async function translateErrors<T>(query: Promise<T>): Promise<T> {
  try {
    return await query
  } catch (error) {
    throw isUnavailable(error)
      ? new AppError('STORE_UNAVAILABLE', 'The database does not answer.', { cause: error })
      : error
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const unavailableClasses = [
  '08', // connection exception
  '25006', // read only transaction: a standby
  '28', // invalid authorization
  '3D', // the database does not exist
  '42P01', // a table does not: the database has not been migrated yet
  '53', // insufficient resources
  '55P03', // lock not available
  '57', // operator intervention: shutdown, statement timeout
  '58', // system error
]

function isUnavailable(error: unknown): boolean {
  if (!types.isNativeError(error) || isAppError(error)) return false
  const code = 'code' in error ? String(error.code) : ''
  // EPIPE looks like a PostgreSQL code, but none of those begins with E.
  if (isSocketCode(code) || isTlsCode(code)) return true
  if (/^[0-9A-Z]{5}$/.test(code)) {
    return unavailableClasses.some((prefix) => code.startsWith(prefix))
  }
  // Errors of the client library have only a message.
  return /timeout|terminated|Connection|not queryable/i.test(error.message)
}
