import { types } from 'node:util'

/**
 * Returns true if Redis refused a write because its memory is full (`maxmemory`). Reads still work. A transaction
 * reports it in the errors of its commands.
 */
export function isRedisFull(error: unknown): boolean {
  if (!types.isNativeError(error)) return false
  const previous: unknown = Reflect.get(error, 'previousErrors')
  const causes: readonly unknown[] = Array.isArray(previous) ? previous : []
  return error.message.startsWith('OOM ') || [error.cause, ...causes].some(isRedisFull)
}
