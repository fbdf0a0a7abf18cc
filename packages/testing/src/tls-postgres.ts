import { startEmbeddedPostgres } from '@iaas/embedded-postgres/embedded-postgres'
import { makeCertificates } from './certificates.ts'
import { type Provided, query } from './postgres.ts'
import { createTemporaryFolder } from './temporary-folder.ts'

export type TlsPostgres = Provided & {
  /** Authority of its certificate, whose only name is `localhost`. */
  readonly ca: string
  /** Returns its address with these parameters. */
  urlWith(parameters: Readonly<Record<string, string>>, host?: string): string
  /** Returns the connections of other clients: their names and whether they are encrypted. */
  connections(): Promise<readonly { readonly name: string; readonly encrypted: boolean }[]>
  /** Replaces its certificate by one of another authority; the authority's file is replaced as well. */
  renewCertificate(): Promise<void>
}

/** Starts a PostgreSQL for the caller that offers TLS. */
export async function startTlsPostgres(): Promise<TlsPostgres> {
  const folder = await createTemporaryFolder()
  const certificates = await makeCertificates(folder.path, 'DNS:localhost')
  const server = await startEmbeddedPostgres({
    dataDir: `${folder.path}/postgres`,
    settings: {
      fsync: 'off',
      ssl: 'on',
      ssl_cert_file: certificates.cert,
      ssl_key_file: certificates.key,
    },
  })
  return {
    url: server.url,
    ca: certificates.ca,
    urlWith(parameters, host = 'localhost') {
      const url = new URL(server.url)
      url.hostname = host
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      return url.href
    },
    async connections() {
      const { rows } = await query(
        server.url,
        `SELECT application_name AS name, ssl AS encrypted FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      )
      return rows as { name: string; encrypted: boolean }[]
    },
    async renewCertificate() {
      await makeCertificates(folder.path, 'DNS:localhost')
      await query(server.url, 'SELECT pg_reload_conf()')
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}
