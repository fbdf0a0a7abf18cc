import { startEmbeddedPostgres } from '@iaas/embedded-postgres/embedded-postgres'
import { makeCertificates } from './certificates.ts'
import { type Provided, query } from './postgres.ts'
import { createTemporaryFolder } from './temporary-folder.ts'

export type TlsPostgres = Provided & {
  /** The authority of its certificate, whose only name is `localhost`. */
  readonly ca: string
  /** The address with these parameters. */
  urlWith(parameters: Readonly<Record<string, string>>, host?: string): string
  /** The connections of clients other than the one that asks, by what they say they are and whether they are encrypted. */
  connections(): Promise<readonly { readonly name: string; readonly encrypted: boolean }[]>
  /** Gives it a certificate of another authority, whose file is replaced. */
  renewCertificate(): Promise<void>
}

/** A PostgreSQL of the caller's own that speaks TLS to those that ask for it. */
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
