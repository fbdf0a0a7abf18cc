import type { EventEmitter } from 'node:events'

/**
 * For `onConnect` of a pool: a connection that breaks while it is in use fails its query, and says so as an event as
 * well, which would end the process if nobody listened. The pool itself listens to idle connections only.
 */
export function keepProcessAlive(client: EventEmitter): void {
  client.on('error', () => {})
}
