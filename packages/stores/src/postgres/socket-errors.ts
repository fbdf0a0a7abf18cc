/**
 * Returns true for system codes of connection errors: ECONNREFUSED, EAI_AGAIN and similar. Codes of Node itself
 * (ERR_...) are bugs.
 */
export function isSocketCode(code: string): boolean {
  return /^E[A-Z_]+$/.test(code) && !code.startsWith('ERR_')
}

/** Returns true for codes of TLS errors: a certificate that is untrusted, expired or for another name. */
export function isTlsCode(code: string): boolean {
  return /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERR_SSL_)/.test(
    code,
  )
}
