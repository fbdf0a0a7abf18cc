import type { IncomingMessage } from 'node:http'

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>()

/** Cuts the connection of a request whose body is not complete after `limitMs`, unless the handler takes its time over. */
export function boundBody(req: IncomingMessage, limitMs: number): void {
  const { headers } = req
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
  const timer = setTimeout(() => req.socket.destroy(), limitMs)
  timers.set(req, timer)
  const clear = () => clearTimeout(timer)
  req.once('end', clear).once('close', clear)
}

/** Lets the body of a request take longer. The caller bounds its time. */
export function takeOverTimeout(req: IncomingMessage): void {
  clearTimeout(timers.get(req))
}
