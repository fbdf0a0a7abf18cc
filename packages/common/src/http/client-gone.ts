import type { ServerResponse } from 'node:http'

/** A signal that aborts when the client leaves, or has left, before its answer is complete. */
export function clientGone(res: ServerResponse): AbortSignal {
  const abort = new AbortController()
  const tell = () => {
    if (!res.writableFinished) abort.abort(new ClientGoneError())
  }
  // It tells once: who has left already is not heard of again.
  if (res.destroyed) tell()
  // The request's own `close` comes with every complete request; the response's tells how it ended.
  else res.once('close', tell)
  return abort.signal
}

/** Whether something was given up since nobody waits for its answer any more. */
export function isClientGone(error: unknown): boolean {
  return error instanceof ClientGoneError
}

class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError'
  constructor() {
    super('The client closed the connection before its answer.')
  }
}
