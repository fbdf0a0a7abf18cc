import type { IncomingMessage } from 'node:http'

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>()

/** Cuts the connection of a request whose body is not complete after `limitMs`, unless the handler takes its time over. */
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
  // A request that was answered before its body had come tells neither its end nor its close.
  socket.once('close', clear)
}

/** Lets the body of a request take longer. The caller bounds its time. */
export function takeOverTimeout(req: IncomingMessage): void {
  clearTimeout(timers.get(req))
}
