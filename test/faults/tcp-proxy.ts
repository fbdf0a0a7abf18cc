import { once } from 'node:events'
import { type Server, type Socket, connect, createServer } from 'node:net'

/**
 * What a proxy does to what passes through it. `refuse`: nobody listens. `hang`: bytes are taken and never passed on.
 * `reset`: every connection is reset. A number of ms delays each chunk. `cutAfter`: a connection ends after so many
 * bytes of answers.
 */
export type Fault =
  | { readonly kind: 'none' | 'refuse' | 'hang' | 'reset' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'cut'; readonly afterBytes: number }

export type TcpProxy = AsyncDisposable & {
  readonly port: number
  /** From now on; connections that there are get it as well. */
  set(fault: Fault): Promise<void>
}

/** Stands between a client and a server on this machine, and can be told to misbehave. */
export async function startTcpProxy(target: {
  readonly host: string
  readonly port: number
}): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let fault: Fault = { kind: 'none' }
  let server = await listen(0)
  const { port } = server.address() as { port: number }

  async function listen(onPort: number): Promise<Server> {
    const created = createServer(handle).listen(onPort, '127.0.0.1')
    await once(created, 'listening')
    return created
  }

  function handle(client: Socket): void {
    if (fault.kind === 'reset') return void client.resetAndDestroy()
    const upstream = connect(target.port, target.host)
    let answered = 0
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.once('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('data', (chunk: Buffer) => {
        if (fault.kind === 'hang') return
        if (fault.kind === 'delay') return void setTimeout(() => to.write(chunk), fault.ms)
        if (from === upstream) answered += chunk.length
        if (fault.kind === 'cut' && answered > fault.afterBytes) return void client.destroy()
        to.write(chunk)
      })
    }
  }

  function dropAll(): void {
    for (const socket of sockets) socket.resetAndDestroy()
  }

  async function stopListening(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    dropAll()
    await closed
  }

  return {
    port,
    async set(next) {
      // What was swallowed or held back is lost: those connections cannot go on.
      if (fault.kind === 'hang' || next.kind === 'reset') dropAll()
      fault = next
      if (next.kind === 'refuse') return stopListening()
      if (!server.listening) server = await listen(port)
    },
    [Symbol.asyncDispose]: stopListening,
  }
}
