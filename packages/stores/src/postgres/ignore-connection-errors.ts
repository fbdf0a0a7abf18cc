import type { EventEmitter } from 'node:events'

/**
 * Ignores the `error` events of a connection; for `onConnect` of a pool. A connection that breaks while in use fails its
 * query and also emits `error`, which would end the process without a listener. The pool listens to idle connections only.
 */
export function ignoreConnectionErrors(client: EventEmitter): void {
  client.on('error', () => {})
}
