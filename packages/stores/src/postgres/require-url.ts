import { ConfigError } from '@iaas/common/config/config-error'

/** Returns the URL of the database. @throws ConfigError if none is configured */
export function requirePostgresUrl({ url }: { readonly url?: string | undefined }): string {
  if (url !== undefined) return url
  throw new ConfigError([
    'postgresql.url (DATABASE_URL): a PostgreSQL database is needed; received nothing',
  ])
}
