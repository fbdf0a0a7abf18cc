import type { ServerResponse } from 'node:http'

/** A signal that aborts when the client leaves before its answer is complete. */
export function clientGone(res: ServerResponse): AbortSignal {
  const abort = new AbortController()
  // The request's own `close` comes with every complete request; the response's tells how it ended.
  res.once('close', () => {
    if (!res.writableFinished) abort.abort(new ClientGoneError())
  })
  return abort.signal
}

export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError'
  constructor() {
    super('The client closed the connection before its answer.')
  }
}
