import { types } from 'node:util'

/** Longest line, bytes. Collectors cut longer lines, which breaks their JSON. */
const maxLineBytes = 4096

/** Lengths to which texts are cut, characters: the first one that makes the line short enough applies. */
const textLimits = [2000, 500, 100]

/** Fields whose values are never written. */
const secretName = /secret|token|password|authorization|cookie|credential|access_?key/i
/** Matches the password in an address. */
const secretInAddress = /(\w+:\/\/[^\s:@/]*):[^\s@/]+@/g
/** Matches the signature of an address (docs/url-grammar.md), which grants access to the address. */
const signature = /([?&]s=)[\w-]+/g

/** Masks passwords and signatures in addresses. */
export function maskSecrets(text: string): string {
  const isPlain = !text.includes('@') && !text.includes('s=')
  return isPlain ? text : text.replace(secretInAddress, '$1:***@').replace(signature, '$1***')
}

type LineFields = Readonly<Record<string, unknown>>

/** Formats one line of JSON, bounded in length and without secrets. */
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
