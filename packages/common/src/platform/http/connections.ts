import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type ConnectionBounds = {
  /** Maximum open connections. */
  readonly maxConnections?: number | undefined
  /** Maximum open connections of one client. */
  readonly maxPerClient?: number | undefined
  /** Returns the client at an address, or undefined for one without a limit of its own. */
  readonly nameClient?: ((address: string | undefined) => string | undefined) | undefined
}

export type Connections = {
  /**
   * Admits a new connection. At the limit, closes the connection that has been idle longest, or the new one if none is
   * idle.
   */
  open(socket: Socket): void
  /** Marks a connection as busy until the response is complete. */
  use(socket: Socket, res: ServerResponse): void
}

type Connection = {
  readonly socket: Socket
  readonly client: string | undefined
  /** Sequence number of the last request, or of the opening. */
  usedAt: number
  answer: ServerResponse | undefined
}

/**
 * Limits the connections of a server. Idle connections, such as those kept alive or without a request, are closed in
 * favour of new ones.
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
