import { createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { ClientForm } from '@iaas/common/log'
import type { ClientOf } from '../limits/client-of.ts'

/** Returns the client for the log line of a request; undefined: none. */
export type LogClient = (req: IncomingMessage) => string | undefined

export type LogClientOptions = {
  readonly form: ClientForm
  readonly clientOf: ClientOf
  /** Requests name their client, as they do behind a proxy. */
  readonly isForwarded: boolean
  /** Secret from which the key of the hashes is derived; undefined: a random key per process. */
  readonly secret: string | undefined
}

type LoggedConfig = {
  readonly log: { readonly client: ClientForm }
  readonly limits: { readonly trustedProxies: number }
  readonly secret?: string | undefined
}

/** Returns the clients of log lines in the configured form. */
export function toLogClient({ log, limits, secret }: LoggedConfig, clientOf: ClientOf): LogClient {
  const isForwarded = limits.trustedProxies > 0
  return createLogClient({ form: log.client, clientOf, isForwarded, secret })
}

export function createLogClient(options: LogClientOptions): LogClient {
  const { form, clientOf, isForwarded, secret } = options
  if (form === 'none') return () => undefined
  const write = form === 'hashed' ? createHash(secret) : form === 'truncated' ? truncate : asItIs
  if (isForwarded) return (req) => write(clientOf(req))
  const known = new WeakMap<Socket, string>()
  return (req) => {
    const name = known.get(req.socket) ?? write(clientOf(req))
    known.set(req.socket, name)
    return name
  }
}

const asItIs = (client: string) => client

/** Truncates a client to a /24 of IPv4 or a /48 of IPv6. */
function truncate(client: string): string {
  const ipv6 = /^((?:[\da-f]+:){2}[\da-f]+):[\da-f]+::\/64$/.exec(client)?.[1]
  return ipv6 === undefined ? client.replace(/\.\d+$/, '.0') : `${ipv6}::/48`
}

function createHash(secret: string | undefined): (client: string) => string {
  const key = secret === undefined ? randomBytes(32) : `names of clients in the log of ${secret}`
  return (client) => createHmac('sha256', key).update(client).digest('base64url').slice(0, 16)
}
