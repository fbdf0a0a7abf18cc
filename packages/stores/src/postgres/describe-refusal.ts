import { types } from 'node:util'
import { isTlsCode } from './socket-errors.ts'

/**
 * Describes in one line what an operator must configure after a database refused a connection. Returns undefined for
 * other errors.
 */
export function describeRefusal(error: unknown): string | undefined {
  if (!types.isNativeError(error)) return undefined
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'The certificate of the database is for another name than the host of DATABASE_URL. Use a host that it names, or sslmode=verify-ca, which checks no name.'
  }
  if (isTlsCode(code)) {
    return `The certificate of the database is not trusted (${code}): ${error.message}. Name the file of its authority as sslrootcert (PGSSLROOTCERT), or encrypt without a check of the certificate: sslmode=no-verify.`
  }
  if (/does not support SSL/.test(error.message)) {
    return 'The database has no TLS, which sslmode asks for: turn it on there, or use sslmode=disable.'
  }
  if (!/^(?:28|3D)/.test(code)) return undefined
  const hint = /no encryption/.test(error.message) ? 'It asks for TLS: use sslmode=require' : check
  return `The database refused the connection: ${error.message}. ${hint}.`
}

const check = 'Check DATABASE_URL, or the keys of postgresql'
