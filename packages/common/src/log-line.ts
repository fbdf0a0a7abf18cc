import { types } from 'node:util'

/** The longest line, bytes: collectors cut what is longer, and what is cut is no JSON any more. */
const maxLineBytes = 4096

/** How much is left of each text, characters: the first of these that makes a line which is short enough. */
const textLimits = [2000, 500, 100]

/** Fields whose texts are never written, wherever they come from. */
const secretName = /secret|token|password|authorization|cookie|credential|access_?key/i
/** The password in an address. */
const secretInAddress = /(\w+:\/\/[^\s:@/]*):[^\s@/]+@/g
/** The signature of an address (docs/url-grammar.md): whoever reads it may use the address. */
const signature = /([?&]s=)[\w-]+/g

/** Masks what nobody may read of a text: passwords in addresses, and their signatures. */
export function maskSecrets(text: string): string {
  const isPlain = !text.includes('@') && !text.includes('s=')
  return isPlain ? text : text.replace(secretInAddress, '$1:***@').replace(signature, '$1***')
}

type LineFields = Readonly<Record<string, unknown>>

/** One JSON object in one line, bounded, without secrets. */
export function formatLine(level: string, message: string, fields: LineFields): string {
  const own = { '@timestamp': new Date().toISOString(), '@version': 1, level, message }
  for (const limit of textLimits) {
    const line = stringify({ ...own, ...fields }, limit)
    if (Buffer.byteLength(line) <= maxLineBytes) return line
  }
  return stringify({ ...own, cut: true }, 100)
}

function stringify(line: LineFields, textLimit: number): string {
  return JSON.stringify(line, (name, value: unknown) => {
    if (types.isNativeError(value)) return describeError(value)
    if (typeof value !== 'string') return value
    if (secretName.test(name)) return '***'
    return shorten(maskSecrets(value), textLimit)
  })
}

function shorten(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text
}

type ErrorDescription = {
  readonly name: string
  readonly message: string
  readonly code?: unknown
  readonly stack?: string | undefined
  readonly cause?: unknown
}

function describeError(error: Error): ErrorDescription {
  const { name, message, stack, cause } = error
  const code = 'code' in error ? { code: error.code } : {}
  return { name, message, ...code, stack, ...(cause === undefined ? {} : { cause }) }
}
