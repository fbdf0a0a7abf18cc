import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler'

type Request = Parameters<NodeHttpHandler['handle']>[0]
type Response = ReturnType<NodeHttpHandler['handle']>

/** Time that an answer that began in time may still take, ms. */
const restMs = 1000

/**
 * Gives every request a timeout that holds whatever the server does, except the body of a GET: it is read as fast as
 * the client takes it, and its reader ends it. The signal is set here rather than per command, because a client
 * rebuilds its middleware for each command sent with options, which takes a third of the time of a small object.
 */
export class TimedHandler extends NodeHttpHandler {
  readonly #limitMs: number

  /**
   * @param limitMs timeout until an answer begins, including the wait for a connection
   * @param connections maximum concurrent connections; further requests wait
   */
  constructor(limitMs: number, connections: number) {
    super(toOptions(limitMs, connections))
    this.#limitMs = limitMs + restMs
  }

  override handle(request: Request): Response {
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), this.#limitMs).unref()
    const answered = super.handle(request, { abortSignal: limit.signal })
    const isOver = () => clearTimeout(timer)
    answered.then(request.method === 'GET' ? isOver : undefined, isOver)
    return answered
  }
}

function toOptions(limitMs: number, connections: number): NodeHttpHandlerOptions {
  const agent = { maxSockets: connections }
  return {
    httpAgent: agent,
    httpsAgent: agent,
    connectionTimeout: 2000,
    requestTimeout: limitMs,
    // Without this option the SDK only logs the timeout.
    throwOnRequestTimeout: true,
  }
}
