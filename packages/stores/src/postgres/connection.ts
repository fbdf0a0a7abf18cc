import { readFileSync } from 'node:fs'
import { type ConnectionOptions, checkServerIdentity } from 'node:tls'
import type pg from 'pg'
import { ConfigError } from '@iaas/common/config/config-error'
import type { Place } from '@iaas/common/config/places'
import { ChoosingSocket, type HostChooser, createHostChooser } from './host-chooser.ts'
import { takeHosts, withHost } from './hosts.ts'
import { isSslMode, toTlsOptions } from './ssl-mode.ts'
import { findWritableHost } from './writable-host.ts'
import { WritingClient } from './writing-client.ts'

/** Target and encryption of a node-postgres connection. */
export type PostgresConnection = {
  readonly connectionString: string
  readonly ssl?: false | ConnectionOptions
  /** Set for several hosts: the socket chooses one, and the client leaves it when it refuses writes. */
  readonly stream?: () => ChoosingSocket
  readonly Client?: typeof pg.Client
}

/** URL parameters that name PEM files. */
const files = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const

/**
 * Converts a URL to connection options. If it lists several hosts, each new connection is to the one that accepts writes.
 *
 * @throws ConfigError if a file named by the URL cannot be read
 */
export function toConnection(url: string): PostgresConnection {
  const address = new URL(url)
  const hosts = takeHosts(address.searchParams)
  if (hosts.length < 2) return toHost(url)
  return chooseAmong(hosts, toHost(address.href))
}

function chooseAmong(hosts: readonly Place[], connection: PostgresConnection): PostgresConnection {
  const { connectionString, ...tls } = connection
  const toConfig = (host: Place) => ({ connectionString: withHost(connectionString, host), ...tls })
  const chooser = createHostChooser(() => findWritableHost(hosts, toConfig))
  return {
    connectionString,
    ...nameHost(tls, chooser),
    stream: () => new ChoosingSocket(chooser),
    Client: WritingClient,
  }
}

/** Checks the certificate for the name of the chosen host. The library knows only that of the first one. */
function nameHost(tls: Pick<PostgresConnection, 'ssl'>, chooser: HostChooser) {
  const { ssl } = tls
  if (typeof ssl !== 'object' || ssl.checkServerIdentity !== undefined) return tls
  const check: typeof checkServerIdentity = (name, certificate) =>
    checkServerIdentity(chooser.chosen?.host ?? name, certificate)
  return { ssl: { ...ssl, checkServerIdentity: check } }
}

/**
 * Converts a URL to connection options with explicit TLS. By itself, node-postgres warns of modes whose meaning it
 * plans to change.
 *
 * @throws ConfigError if a file named by the URL cannot be read
 */
function toHost(url: string): PostgresConnection {
  const address = new URL(url)
  const { searchParams } = address
  // `uselibpqcompat` requests the library's own rules.
  if (searchParams.has('uselibpqcompat')) return { connectionString: url }
  const given = take(searchParams, 'sslmode')
  const read = Object.entries(files).flatMap(([name, option]) => {
    const file = take(searchParams, name)
    return file === undefined ? [] : [[option, readPem(name, file)] as const]
  })
  const isEncrypted = given !== undefined || read.length > 0
  if (!isEncrypted) return { connectionString: url, ...(searchParams.has('ssl') ? {} : plain) }
  const tls = toTlsOptions(given !== undefined && isSslMode(given) ? given : 'verify-full')
  return {
    connectionString: address.href,
    ssl: tls === false ? false : { ...tls, ...Object.fromEntries(read) },
  }
}

/** Set explicitly, because node-postgres would otherwise read the environment. */
const plain = { ssl: false } as const

function take(parameters: URLSearchParams, name: string): string | undefined {
  const value = parameters.get(name) ?? undefined
  parameters.delete(name)
  return value === '' ? undefined : value
}

function readPem(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const setting = name === 'sslrootcert' ? 'postgresql.sslrootcert (PGSSLROOTCERT)' : name
    throw new ConfigError([`${setting}: the file cannot be read: ${file}`], { cause })
  }
}
