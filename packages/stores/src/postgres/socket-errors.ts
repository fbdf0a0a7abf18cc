/**
 * Whether the code of an error is the system's for a connection, or for the way to it: ECONNREFUSED, EAI_AGAIN and the like.
 * Those of Node itself (ERR_...) tell of a defect.
 */
export function isSocketCode(code: string): boolean {
  return /^E[A-Z_]+$/.test(code) && !code.startsWith('ERR_')
}

/** Returns whether an error code is of TLS: a certificate that is untrusted, expired or of another name. */
export function isTlsCode(code: string): boolean {
  return /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERR_SSL_)/.test(
    code,
  )
}
