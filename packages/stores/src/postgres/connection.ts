import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { ConfigError } from '@iaas/common/config/config-error'
import { isSslMode, toTlsOptions } from './ssl-mode.ts'

/** Target and encryption of a node-postgres connection. */
export type PostgresConnection = {
  readonly connectionString: string
  readonly ssl?: false | ConnectionOptions
}

/** URL parameters that name PEM files. */
const files = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const

/**
 * Converts a URL to connection options with explicit TLS. By itself, node-postgres warns of modes whose meaning it
 * plans to change.
 *
 * @throws ConfigError if a file named by the URL cannot be read
 */
export function toConnection(url: string): PostgresConnection {
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
