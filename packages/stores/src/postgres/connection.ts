import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { ConfigError } from '@iaas/common/config/config-error'
import { isSslMode, toTlsOptions } from './ssl-mode.ts'

/** Where a connection of node-postgres leads, and how it is encrypted. */
export type PostgresConnection = {
  readonly connectionString: string
  readonly ssl?: false | ConnectionOptions
}

/** Parameters of an address that name PEM files. */
const files = { sslrootcert: 'ca', sslcert: 'cert', sslkey: 'key' } as const

/**
 * Reads what an address says of TLS. Left to itself, node-postgres warns of modes that it means to change.
 *
 * @throws ConfigError if a file that the address names cannot be read
 */
export function toConnection(url: string): PostgresConnection {
  const address = new URL(url)
  const { searchParams } = address
  // Who asks the library for its own rules gets them.
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

/** Said aloud, since node-postgres would look into the environment. */
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
