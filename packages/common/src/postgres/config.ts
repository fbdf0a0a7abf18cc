import { z } from 'zod'
import { address, integer, text, toggle } from '../config/setting.ts'

/** The seed's keys, and an address that stands for all of them. */
export const postgresqlSettings = z
  .object({
    url: address(['postgres', 'postgresql'], {
      description:
        'The database, `postgres://user:password@host:port/database`; stands for the keys below.',
      env: 'DATABASE_URL',
      secret: true,
    }),
    user: text({ description: 'The user.' }),
    password: text({ description: 'Its password.', env: 'PGPASSWORD', secret: true }),
    host: text({ description: 'The host.' }),
    port: integer({ min: 1, max: 65_535, fallback: 5432 }, 'The port.'),
    database: text({ description: 'The name of the database.' }),
    pool: integer({ min: 1, max: 500, fallback: 10 }, 'Connections a process keeps at the most.'),
    prepared: toggle(
      true,
      'Whether connections keep the plan of the lookup; off behind a pooler that hands a session from one to another and does not know prepared statements (PgBouncer before 1.21).',
    ),
  })
  .prefault({})

type PostgresqlSettings = z.output<typeof postgresqlSettings>

/** The database's address; undefined where none is configured. */
export function postgresUrl(settings: PostgresqlSettings): string | undefined {
  const { url, user, password, host, port, database } = settings
  if (url !== undefined) return url
  if (host === undefined || database === undefined) return undefined
  const location = new URL(`postgres://${host}:${port}/${encodeURIComponent(database)}`)
  location.username = encodeURIComponent(user ?? '')
  location.password = encodeURIComponent(password ?? '')
  return location.href
}
