import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type ConnectionBounds, createConnections } from './connections.ts'
import { boundBody } from './body-timeout.ts'

/** A port of the network. */
export type Port = {
  /** 0 selects any free port. */
  readonly port: number
  readonly host: string
  /** Environment variable of the port, named in the error if the port is taken. */
  readonly setting?: 'PORT' | 'ADMIN_PORT'
}

export type ListenOptions = ConnectionBounds & {
  /** Timeout for receiving a whole request, ms. */
  readonly requestTimeoutMs?: number
  /** Longest time of requests whose handler takes over their timeout (`takeOverTimeout`), ms. */
  readonly longestRequestMs?: number
  /** Timeout of a client that does not read its answer, ms. */
  readonly stallTimeoutMs?: number
}

export type HttpServer = {
  readonly port: number
  /**
   * Stops accepting connections, waits at most `limitMs` for in-flight requests, then closes the remaining connections.
   */
  close(limitMs: number): Promise<void>
}

/**
 * Timeout of an idle connection, ms. Load balancers keep theirs for up to 60 s; ours last longer, so that none is
 * reused while it is being closed.
 */
export const keepAliveTimeoutMs = 65_000
const headersTimeoutMs = 10_000
const stallTimeoutMs = 30_000

/**
 * Listens on a port.
 *
 * @throws Error that names the port if it is taken or not permitted
 */
export async function listen(
  handler: RequestListener,
  options: Port & ListenOptions,
): Promise<HttpServer> {
  const server = createHttpServer(handler, options)
  await bind(server, options)
  const { port } = server.address() as AddressInfo
  return { port, close: (limitMs) => closeServer(server, limitMs) }
}

/** Listens at a path of the file system, for other processes of this machine. @throws Error if the path is taken */
export async function listenAtSocket(
  handler: RequestListener,
  path: string,
): Promise<Pick<HttpServer, 'close'>> {
  const server = createHttpServer(handler, {})
  server.listen(path)
  await once(server, 'listening')
  return { close: (limitMs) => closeServer(server, limitMs) }
}

function createHttpServer(handler: RequestListener, options: ListenOptions): Server {
  const { requestTimeoutMs = 30_000, longestRequestMs = requestTimeoutMs } = options
  const watch = createStallWatch(options.stallTimeoutMs ?? stallTimeoutMs)
  const connections = createConnections(options)
  const answer: RequestListener = (req, res) => {
    connections.use(req.socket, res)
    boundBody(req, requestTimeoutMs)
    handler(req, res)
    watch.answer(req.socket, res)
  }
  const queue = createPipelineQueue(answer)
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: longestRequestMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: 2000,
      noDelay: true,
    },
    // A single listener: for several, the server would copy the list on each request.
    (req, res) => {
      if (res.socket === null) return queue.add(req, res)
      answer(req, res)
    },
  )
  server.on('connection', (socket: Socket) => connections.open(socket))
  server.on('timeout', watch.cut)
  return server
}

/** Maximum pipelined requests of one connection. */
const longestPipeline = 128

/**
 * Queues pipelined requests. The server emits all of them at once; each is started only when its predecessor has been
 * answered, because resources opened earlier would leak if the client left.
 */
function createPipelineQueue(answer: RequestListener) {
  const waiting = new WeakMap<Socket, number>()
  return {
    add(req: IncomingMessage, res: ServerResponse & { req: IncomingMessage }): void {
      const { socket } = req
      const count = (waiting.get(socket) ?? 0) + 1
      if (count > longestPipeline) return void socket.destroy()
      waiting.set(socket, count)
      res.once('socket', () => {
        waiting.set(socket, (waiting.get(socket) ?? 1) - 1)
        // The event arrives while the previous response is still ending.
        process.nextTick(answer, req, res)
      })
    },
  }
}

/**
 * Detects connections whose clients do not read their answers. Silence alone is not a fault: nothing is written while
 * an answer is being made. Responses that the kernel has accepted as a whole, which are most, are not watched: a timer
 * for each would cost more than a link lookup.
 */
function createStallWatch(limitMs: number) {
  const answers = new WeakMap<Socket, ServerResponse>()
  return {
    /** Watches a response that the kernel has not accepted as a whole. */
    answer(socket: Socket, res: ServerResponse): void {
      if (isHandedOver(res, socket)) return
      answers.set(socket, res)
      socket.setTimeout(limitMs)
    },
    /** Called for connections without activity, such as those idle for `keepAliveTimeout`. */
    cut(this: void, socket: Socket): void {
      const isAnswering = answers.get(socket)?.writableFinished === false
      if (isAnswering && socket.writableLength === 0) return
      socket.destroy()
    },
  }
}

/** Returns true if the kernel has accepted the whole response. */
function isHandedOver(res: ServerResponse, socket: Socket): boolean {
  return res.writableEnded && res.socket === socket && socket.writableLength === 0
}

/** Checks before a long start that a port is free. @throws Error that names the port */
export async function assertListenable(place: Port): Promise<void> {
  const probe = createServer()
  await bind(probe, place)
  probe.close()
  await once(probe, 'close')
}

async function bind(server: Server, place: Port): Promise<void> {
  server.listen(place.port, place.host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new Error(describeListenError(cause, place), { cause })
  }
}

function describeListenError(error: unknown, { port, host, setting = 'PORT' }: Port): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const place = `Port ${port} on ${host} (${setting})`
  const hint = `Choose another one, such as ${setting}=${port + 1}.`
  if (code === 'EADDRINUSE') return `${place} is taken by another program. ${hint}`
  if (code === 'EACCES') return `${place} may not be used by this user. Choose one above 1023.`
  return `Cannot listen on port ${port} of ${host} (${setting}): ${String(code)}.`
}

async function closeServer(server: Server, limitMs: number): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  // Connections become idle one by one as their requests end; `server.close` alone would wait for their clients.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), limitMs)
  try {
    await closed
  } finally {
    clearInterval(sweep)
    clearTimeout(cut)
  }
}
