import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler'

type Request = Parameters<NodeHttpHandler['handle']>[0]
type Response = ReturnType<NodeHttpHandler['handle']>

/** What an answer that has begun in time may take to its end, ms. */
const restMs = 1000

/**
 * Sends requests that end, whatever the server does. The body of a GET is the exception: it is read as fast as a client takes
 * it, and its reader ends it. The signal that ends them is given here and not with each command:
 * a client puts its middleware together anew for every command that is sent with options, a third of what a small object
 * costs.
 */
export class TimedHandler extends NodeHttpHandler {
  readonly #limitMs: number

  /**
   * @param limitMs until an answer begins; the wait for a connection counts
   * @param connections at once; what is sent beyond them waits
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
    // Without it the time limit is only logged.
    throwOnRequestTimeout: true,
  }
}
