import { hash } from 'node:crypto'
import { z } from 'zod'
import { scopes } from './scopes.ts'

const keyName = /^[a-z\d][\w.-]{0,63}$/i
const sha256 = /^[\da-f]{64}$/i
const ofNothing = hash('sha256', '', 'hex')

const apiKey = z.strictObject({
  name: z
    .string('must be a text')
    .regex(
      keyName,
      'must be 1 to 64 letters, digits, ".", "_" or "-", beginning with a letter or digit',
    ),
  sha256: z
    .string('must be a text')
    .regex(sha256, 'must be the SHA-256 of the key, 64 hexadecimal digits')
    .overwrite((digits) => digits.toLowerCase())
    .refine((digits) => digits !== ofNothing, 'is the SHA-256 of an empty text'),
  scopes: z
    .array(z.enum(scopes, `must be one of ${scopes.join(', ')}`), 'must be a list of scopes')
    .min(1, 'must name at least one scope'),
})

/** A key of the management API. The key itself is known to its user only. */
export type ApiKey = z.output<typeof apiKey>

export const managementSettings = z
  .object({
    keys: z.preprocess(readKeys, z.array(apiKey).superRefine(refuseRepetitions).default([])).meta({
      description: `Keys of the [management API](api.md): \`[{ "name": "shop", "sha256": "…", "scopes": ["originals:read"] }]\`; \`sha256\` is the SHA-256 of the key in hexadecimal digits. Scopes: ${scopes.map((scope) => `\`${scope}\``).join(', ')}. In the environment: \`name:sha256:scope+scope\`, separated by commas or line breaks. Empty: there is no such API.`,
      env: 'API_KEYS',
      secret: true,
      default: [],
    }),
  })
  .prefault({})

/** Reads the form of the environment: `name:sha256:scope+scope`, separated by commas or line breaks. */
function readKeys(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const entries = value.split(/[,\n]/).map((entry) => entry.trim())
  const keys = entries.filter((entry) => entry !== '').map(readKey)
  return keys.length === 0 ? undefined : keys
}

function readKey(entry: string): unknown {
  const [name, digits, ...rest] = entry.split(':')
  const names = rest.length === 0 ? undefined : rest.join(':').split('+')
  return { name, sha256: digits, scopes: names }
}

type Named = { readonly name: string; readonly sha256: string }

function refuseRepetitions(keys: readonly Named[], context: z.RefinementCtx): void {
  for (const field of ['name', 'sha256'] as const) {
    const values = keys.map((key) => key[field])
    for (const [index, value] of values.entries()) {
      if (values.indexOf(value) === index) continue
      const message = `is the same as that of entry ${values.indexOf(value)}`
      context.addIssue({ code: 'custom', path: [index, field], message })
    }
  }
}
