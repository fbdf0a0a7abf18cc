import { ConfigError } from '@iaas/common/config/config-error'
import { type postgresqlSettings, postgresUrl } from './config.ts'

/** Returns the URL of the database. @throws ConfigError if none is configured */
export function requirePostgresUrl(settings: ReturnType<typeof postgresqlSettings.parse>): string {
  const url = postgresUrl(settings)
  if (url !== undefined) return url
  throw new ConfigError([
    'postgresql.url (DATABASE_URL): a PostgreSQL database is needed; received nothing',
  ])
}
