import type { IncomingMessage } from 'node:http'

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>()

/**
 * Closes the connection of a request whose body is incomplete after `limitMs`, unless the handler takes over its
 * timeout.
 */
export function boundBody(req: IncomingMessage, limitMs: number): void {
  const { headers, socket } = req
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  const timer = setTimeout(() => socket.destroy(), limitMs)
  timers.set(req, timer)
  const clear = () => {
    clearTimeout(timer)
    socket.off('close', clear)
  }
  req.once('end', clear)
  // A request that is answered before its body has arrived emits neither `end` nor `close`.
  socket.once('close', clear)
}

/** Removes the timeout of a request body. The caller limits its time instead. */
export function takeOverTimeout(req: IncomingMessage): void {
  clearTimeout(timers.get(req))
}
