import { execFile, spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Why this machine cannot make certificates; undefined if it can. */
export const opensslMissing =
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not on the PATH'

/** Paths of PEM files. */
export type Certificates = {
  /** Certificate authority that signed the server's certificate. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

const keyKind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Creates a certificate authority and a server certificate for this name, such as `DNS:localhost`. */
export async function makeCertificates(folder: string, name: string): Promise<Certificates> {
  const path = (file: string) => join(folder, file)
  const ca = path('ca.crt')
  const authority = ['-x509', '-days', '2', '-subj', '/CN=test authority', '-out', ca]
  await run('openssl', ['req', ...keyKind, '-keyout', path('ca.key'), ...authority])
  const key = path('server.key')
  const request = path('server.csr')
  await run('openssl', ['req', ...keyKind, '-keyout', key, '-subj', '/CN=server', '-out', request])
  const extensions = path('extensions')
  await writeFile(extensions, `subjectAltName=${name}\n`)
  const cert = path('server.crt')
  const signed = ['-CA', ca, '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2']
  const made = ['-in', request, '-extfile', extensions, '-out', cert]
  await run('openssl', ['x509', '-req', ...signed, ...made])
  return { ca, cert, key }
}
