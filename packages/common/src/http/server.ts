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

export type ListenOptions = ConnectionBounds & {
  /** 0: any free port. */
  readonly port: number
  readonly host: string
  /** The variable that the port comes from: what is told of a port that is taken. */
  readonly setting?: 'PORT' | 'ADMIN_PORT'
  /** How long a client may take to send its whole request, ms. */
  readonly requestTimeoutMs?: number
  /** The longest of the requests whose handler takes their time over (`takeOverTimeout`), ms. */
  readonly longestRequestMs?: number
  /** How long a client that is being answered may take nothing of it, ms. */
  readonly stallTimeoutMs?: number
}

export type HttpServer = {
  readonly port: number
  /** Takes no new connections, waits for the requests in flight, at the most `limitMs`, then cuts what is left. */
  close(limitMs: number): Promise<void>
}

/** A load balancer in front keeps idle connections for up to 60 s; ours outlive them, so that none is reused as it ends. */
export const keepAliveTimeoutMs = 65_000
const headersTimeoutMs = 10_000
const stallTimeoutMs = 30_000

/** @throws Error that names the port where it is taken or may not be used */
export async function listen(
  handler: RequestListener,
  options: ListenOptions,
): Promise<HttpServer> {
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
    // One listener: the server would copy its list of several for each request.
    (req, res) => {
      if (res.socket === null) return queue.add(req, res)
      answer(req, res)
    },
  )
  server.on('connection', (socket: Socket) => connections.open(socket))
  server.on('timeout', watch.cut)
  await bind(server, options)
  const { port } = server.address() as AddressInfo
  return { port, close: (limitMs) => closeServer(server, limitMs) }
}

/** How many requests of one connection may wait for their turn. */
const longestPipeline = 128

/**
 * Requests that a client has sent before it has the answers to earlier ones. The server tells of all of them at once; each is
 * begun when its turn has come: what would be opened or read for it until then, nobody could close who finds the client
 * gone.
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
        // It is told in the middle of the end of the answer before.
        process.nextTick(answer, req, res)
      })
    },
  }
}

/**
 * Finds the connections of clients that do not read their answers. Silence alone is no fault: while an answer is being
 * made, nothing is written, for as long as that takes. What the system has taken as a whole needs no watch, and most
 * answers are such: a timer for each of them would cost more than the lookup of a link.
 */
function createStallWatch(limitMs: number) {
  const answers = new WeakMap<Socket, ServerResponse>()
  return {
    /** Watches an answer of which something is left. */
    answer(socket: Socket, res: ServerResponse): void {
      if (isHandedOver(res, socket)) return
      answers.set(socket, res)
      socket.setTimeout(limitMs)
    },
    /** Told of the connections that nothing has happened on, such as those that were idle for `keepAliveTimeout`. */
    cut(this: void, socket: Socket): void {
      const isAnswering = answers.get(socket)?.writableFinished === false
      if (isAnswering && socket.writableLength === 0) return
      socket.destroy()
    },
  }
}

/** Whether nothing of an answer is left here. */
function isHandedOver(res: ServerResponse, socket: Socket): boolean {
  return res.writableEnded && res.socket === socket && socket.writableLength === 0
}

type Place = Pick<ListenOptions, 'port' | 'host' | 'setting'>

/** Finds out before a long start that a port cannot be listened on. @throws Error that names the port */
export async function assertListenable(place: Place): Promise<void> {
  const probe = createServer()
  await bind(probe, place)
  probe.close()
  await once(probe, 'close')
}

async function bind(server: Server, place: Place): Promise<void> {
  server.listen(place.port, place.host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new Error(describeListenError(cause, place), { cause })
  }
}

function describeListenError(error: unknown, { port, host, setting = 'PORT' }: Place): string {
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
