import type { ServerResponse } from 'node:http'

/** Returns a signal that aborts when the client leaves, or has left, before its answer is complete. */
export function clientGone(res: ServerResponse): AbortSignal {
  const abort = new AbortController()
  const tell = () => {
    if (!res.writableFinished) abort.abort(new ClientGoneError())
  }
  // `close` is emitted once, so a client that has already left emits nothing.
  if (res.destroyed) tell()
  // The request emits `close` after every complete request; the response's `close` tells how it ended.
  else res.once('close', tell)
  return abort.signal
}

/** Returns true if work was aborted because its client left. */
export function isClientGone(error: unknown): boolean {
  return error instanceof ClientGoneError
}

class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError'
  constructor() {
    super('The client closed the connection before its answer.')
  }
}
