import { once, setMaxListeners } from 'node:events'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * What a proxy does to what passes through it. `refuse`: nobody listens. `hang`: a black hole, bytes are taken and never
 * passed on. `reset`: every connection is reset. `delay`: each chunk comes so much later. `throttle`: no more than so
 * many bytes a second, each way. `cut`: a connection ends after so many more bytes of answers.
 */
export type Fault =
  | { readonly kind: 'none' | 'refuse' | 'hang' | 'reset' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number }
  | { readonly kind: 'cut'; readonly afterBytes: number }

export type TcpProxy = AsyncDisposable & {
  readonly port: number
  /** From now on; connections that there are get it as well. */
  set(fault: Fault): Promise<void>
}

/** A throttled chunk is passed on in pieces, so many a second. */
const piecesPerSecond = 20

/** Stands between a client and a server on this machine, and can be told to misbehave. */
export async function startTcpProxy(target: {
  readonly host: string
  readonly port: number
}): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let fault: Fault = { kind: 'none' }
  let changed = createChange()
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
    const answered = { bytes: 0, during: fault }
    for (const [from, to] of pairsOf(client, upstream)) {
      sockets.add(from)
      from.once('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('error', () => to.destroy())
    }
    pump(client, upstream, (chunk) => chunk).catch(() => upstream.destroy())
    pump(upstream, client, (chunk) => {
      if (fault.kind !== 'cut') return chunk
      if (answered.during !== fault) Object.assign(answered, { bytes: 0, during: fault })
      const left = fault.afterBytes - answered.bytes
      answered.bytes += chunk.length
      if (chunk.length <= left) return chunk
      client.write(chunk.subarray(0, left))
      client.destroySoon()
      return undefined
    }).catch(() => client.destroy())
  }

  /** One chunk after the other, so that their order stays, and a slow reader slows the sender. */
  async function pump(
    from: Socket,
    to: Socket,
    inspect: (chunk: Buffer) => Buffer | undefined,
  ): Promise<void> {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      if (fault.kind === 'hang') continue
      const passed = inspect(chunk)
      if (passed === undefined) return
      if (fault.kind === 'delay') await pause(fault.ms)
      if (fault.kind === 'throttle') await trickle(passed, to, fault.bytesPerSecond)
      else await write(to, passed)
    }
    to.end()
  }

  async function trickle(chunk: Buffer, to: Socket, bytesPerSecond: number): Promise<void> {
    const size = Math.max(1, Math.floor(bytesPerSecond / piecesPerSecond))
    for (let at = 0; at < chunk.length; at += size) {
      await pause((size / bytesPerSecond) * 1000)
      await write(to, chunk.subarray(at, at + size))
    }
  }

  /** Shorter where the fault ends before it. */
  async function pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: changed.signal }).catch(() => {})
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
      // What was swallowed is lost: those connections cannot go on.
      if (fault.kind === 'hang' || next.kind === 'reset') dropAll()
      fault = next
      changed.abort()
      changed = createChange()
      if (next.kind === 'refuse') return stopListening()
      if (!server.listening) server = await listen(port)
    },
    async [Symbol.asyncDispose]() {
      changed.abort()
      await stopListening()
    },
  }
}

/** Every connection may wait for it. */
function createChange(): AbortController {
  const change = new AbortController()
  setMaxListeners(0, change.signal)
  return change
}

function pairsOf(client: Socket, upstream: Socket): readonly (readonly [Socket, Socket])[] {
  return [
    [client, upstream],
    [upstream, client],
  ]
}

async function write(to: Socket, chunk: Buffer): Promise<void> {
  if (to.destroyed || to.write(chunk)) return
  await Promise.race([once(to, 'drain'), once(to, 'close')])
}
