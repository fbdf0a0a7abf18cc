import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type ConnectionBounds = {
  /** At once. */
  readonly maxConnections?: number | undefined
  /** At once, of one client. */
  readonly maxPerClient?: number | undefined
  /** The client at an address; undefined: one that has no bound of its own. */
  readonly nameClient?: ((address: string | undefined) => string | undefined) | undefined
}

export type Connections = {
  /** Makes room for a new connection: the one that has been idle for the longest time is closed, else the new one. */
  open(socket: Socket): void
  /** Notes that a request is being answered. Until that is done, its connection is not idle. */
  use(socket: Socket, res: ServerResponse): void
}

type Connection = {
  readonly socket: Socket
  readonly client: string | undefined
  /** Orders connections by their last request, or their begin. */
  usedAt: number
  answer: ServerResponse | undefined
}

/**
 * Bounds the connections of a server. Newcomers are not refused for the sake of connections on which nothing happens, such as
 * those that are kept alive, or bring no request.
 */
export function createConnections(bounds: ConnectionBounds): Connections {
  const {
    maxConnections = Infinity,
    maxPerClient = Infinity,
    nameClient = () => undefined,
  } = bounds
  const connections = new Map<Socket, Connection>()
  let uses = 0

  function closeOne(candidates: readonly Connection[], newcomer: Connection): void {
    const idle = candidates.filter((each) => each !== newcomer && isIdle(each))
    const victim = idle.reduce(
      (oldest, each) => (oldest === newcomer || each.usedAt < oldest.usedAt ? each : oldest),
      newcomer,
    )
    connections.delete(victim.socket)
    victim.socket.destroy()
  }

  return {
    open(socket) {
      const client = nameClient(socket.remoteAddress)
      const newcomer = { socket, client, usedAt: (uses += 1), answer: undefined }
      connections.set(socket, newcomer)
      socket.once('close', () => connections.delete(socket))
      if (client !== undefined && connections.size > maxPerClient) {
        const own = [...connections.values()].filter((each) => each.client === client)
        if (own.length > maxPerClient) return closeOne(own, newcomer)
      }
      if (connections.size > maxConnections) closeOne([...connections.values()], newcomer)
    },
    use(socket, res) {
      const connection = connections.get(socket)
      if (connection === undefined) return
      connection.usedAt = uses += 1
      connection.answer = res
    },
  }
}

function isIdle({ answer }: Connection): boolean {
  return answer === undefined || answer.writableFinished || answer.destroyed
}
