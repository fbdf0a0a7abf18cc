import type { ConnectionOptions } from 'node:tls'

/** Values of `sslmode`. `prefer` and `allow` are as strict as `verify-full`: nothing falls back to plain text. */
export const sslModes = [
  'disable',
  'no-verify',
  'require',
  'verify-ca',
  'verify-full',
  'prefer',
  'allow',
] as const

export type SslMode = (typeof sslModes)[number]

export function isSslMode(value: string): value is SslMode {
  return (sslModes as readonly string[]).includes(value)
}

/** Returns how the server's certificate is verified; false if the connection is not encrypted. */
export function toTlsOptions(mode: SslMode): false | ConnectionOptions {
  switch (mode) {
    case 'disable':
      return false
    case 'no-verify':
      return { rejectUnauthorized: false }
    case 'verify-ca':
      return { checkServerIdentity: () => undefined }
    case 'require':
    case 'verify-full':
    case 'prefer':
    case 'allow':
      return {}
  }
}
