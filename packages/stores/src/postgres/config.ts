import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { type Place, places } from '@iaas/common/config/places'
import { address, integer, text, toggle } from '@iaas/common/config/setting'
import { addHosts, defaultPort } from './hosts.ts'
import { isSslMode, sslModes } from './ssl-mode.ts'

/** Accepts host names. node-postgres also accepts the folder of a socket as a host. The port has a key of its own. */
const hostName = z
  .string()
  .refine(
    (value) => isName(value) || isPlainIPv6(withoutBrackets(value)) || isFolder(value),
    'must be a host name, an IP address or the absolute path of the folder of a socket',
  )

/** Keys of the legacy iaas, and one URL that replaces all of them. */
export const postgresqlSettings = z
  .object({
    url: address(['postgres', 'postgresql'], {
      description:
        'URL of the database, `postgres://user:password@host:port/database`, instead of the keys below. Parameters such as `?sslmode=verify-full&sslrootcert=/ca.pem` win over `postgresql.sslmode` and `postgresql.sslrootcert`.',
      env: 'DATABASE_URL',
      secret: true,
    }).refine(hasKnownMode, `its sslmode must be one of ${sslModes.join(', ')}`),
    user: text({ description: 'The user.' }),
    password: text({ description: 'Its password.', env: 'PGPASSWORD', secret: true }),
    host: text({ description: 'The host, or the folder of its socket.' }, hostName),
    port: integer({ min: 1, max: 65_535, fallback: defaultPort }, 'The port.'),
    hosts: places(defaultPort, {
      description:
        'Hosts of a primary and its replicas, `host:port`, instead of the host and port above and that of the URL. Each connection is to the one that accepts writes, so a promotion needs no restart.',
      env: 'DATABASE_HOSTS',
    }),
    database: text({ description: 'The name of the database.' }),
    sslmode: text(
      {
        description:
          'Encryption of the connection. `require` and `verify-full` check the certificate and its name, `verify-ca` the certificate only, `no-verify` nothing; `disable` (default): plain text.',
        env: 'PGSSLMODE',
      },
      z.string().refine(isSslMode, `must be one of ${sslModes.join(', ')}`),
    ),
    sslrootcert: text({
      description:
        "PEM file of the authority that signed the server's certificate. Default: the authorities that Node.js knows.",
      env: 'PGSSLROOTCERT',
    }),
    pool: integer({ min: 1, max: 500, fallback: 10 }, 'Largest number of connections per process.'),
    prepared: toggle(
      true,
      'Uses prepared statements for lookups. Turn it off behind a pooler in transaction mode without support for them (PgBouncer before 1.21).',
    ),
  })
  .prefault({})
  .transform(({ sslmode, sslrootcert, pool, prepared, ...place }) => ({
    /** The URL of the database with the configured TLS and hosts; undefined if no database is configured. */
    url: addTls(locate(place), sslmode, sslrootcert),
    poolSize: pool,
    preparesStatements: prepared,
  }))

/** Keys of the legacy iaas, or one URL that replaces all of them. */
type DatabasePlace = {
  readonly url?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly host?: string | undefined
  readonly port: number
  readonly database?: string | undefined
  readonly hosts: readonly Place[]
}

/** Adds the configured TLS, unless the URL sets its own. */
function addTls(url?: string, sslmode?: string, sslrootcert?: string): string | undefined {
  if (url === undefined) return undefined
  const location = new URL(url)
  const { searchParams } = location
  if (['ssl', 'sslmode', 'sslrootcert'].some((name) => searchParams.has(name))) return url
  if (sslmode !== undefined) searchParams.set('sslmode', sslmode)
  if (sslrootcert !== undefined) searchParams.set('sslrootcert', sslrootcert)
  return searchParams.size === 0 ? url : location.href
}

function hasKnownMode(url: string | undefined): boolean {
  // Another rule rejects text that is not a URL.
  if (url === undefined || !URL.canParse(url)) return true
  const mode = new URL(url).searchParams.get('sslmode')
  return mode === null || isSslMode(mode)
}

function locate(place: DatabasePlace): string | undefined {
  const url = place.url ?? locateByKeys(place)
  return url === undefined ? undefined : addHosts(url, place.hosts)
}

function locateByKeys(place: DatabasePlace): string | undefined {
  const { user, password, port, database, hosts } = place
  const host = place.host ?? hosts[0]?.host
  if (host === undefined || database === undefined) return undefined
  const location = new URL(
    `postgres://${toHostOfUrl(host)}:${port}/${encodeURIComponent(database)}`,
  )
  location.username = encodeURIComponent(user ?? '')
  location.password = encodeURIComponent(password ?? '')
  return location.href
}

function toHostOfUrl(value: string): string {
  if (isFolder(value)) return encodeURIComponent(value)
  const bare = withoutBrackets(value)
  return isPlainIPv6(bare) ? `[${bare}]` : value
}

/** Removes the brackets of an IPv6 address in a URL. */
function withoutBrackets(value: string): string {
  return value.replace(/^\[(.*)\]$/, '$1')
}

/** Accepts a host name or an IPv4 address. */
function isName(value: string): boolean {
  return /^[\p{L}\p{N}._-]+$/u.test(value)
}

/** Accepts an IPv6 address without a zone, because URLs cannot contain zones. */
function isPlainIPv6(value: string): boolean {
  return isIPv6(value) && !value.includes('%')
}

function isFolder(value: string): boolean {
  return value.startsWith('/')
}
