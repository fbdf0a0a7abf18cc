import { z } from 'zod'

/** Facts about a setting for the reference page and the environment mapping. */
export type SettingFacts = {
  readonly description: string
  /** Environment variable that overrides the files. */
  readonly env?: string
  /** If true, the value can also be read from the file that `${env}_FILE` names, and is never shown. */
  readonly secret?: boolean
}

/** An integer setting. The environment provides strings; the files may provide numbers. */
export function integer(
  range: { readonly min: number; readonly max: number; readonly fallback: number },
  description: string,
  env?: string,
) {
  const { min, max, fallback } = range
  return z
    .preprocess(toNumber, wholeNumber(min, max).default(fallback))
    .meta({ description, ...(env === undefined ? {} : { env }), default: fallback })
}

/** An optional integer setting. Its default is not a plain number. */
export function optionalInteger(
  { min, max }: { readonly min: number; readonly max: number },
  description: string,
  env?: string,
) {
  return z
    .preprocess(toNumber, wholeNumber(min, max).optional())
    .meta({ description, ...(env === undefined ? {} : { env }) })
}

export function number(
  range: { readonly min: number; readonly max: number; readonly fallback: number },
  description: string,
  env?: string,
) {
  const { min, max, fallback } = range
  return z
    .preprocess(
      toNumber,
      z
        .number({ error: sayOfOtherKinds('must be a number, written in decimal digits') })
        .min(min)
        .max(max)
        .default(fallback),
    )
    .meta({ description, ...(env === undefined ? {} : { env }), default: fallback })
}

export function toggle(fallback: boolean, description: string, env?: string) {
  return z
    .preprocess(toBoolean, z.boolean().default(fallback))
    .meta({ description, ...(env === undefined ? {} : { env }), default: fallback })
}

/** An optional toggle. Its default depends on other settings. */
export function optionalToggle(description: string, env: string) {
  return z.preprocess(toBoolean, z.boolean().optional()).meta({ description, env })
}

/** An optional text setting. An empty text counts as absent. */
export function text(facts: SettingFacts, kind: z.ZodType<string> = z.string()) {
  return z.preprocess(emptyToUndefined, kind.optional()).meta({ ...facts })
}

/** A list of texts, separated by commas in the environment. */
export function list(fallback: readonly string[], facts: SettingFacts) {
  return z
    .preprocess(
      (value) => toTexts(facts.secret === true ? value : writeNumbers(value)),
      z.array(z.string()).default([...fallback]),
    )
    .meta({ ...facts, default: fallback })
}

/** An optional absolute URL. Removes the trailing slash and surrounding white space. */
export function address(protocols: readonly string[], facts: SettingFacts) {
  const allowed = protocols.map((protocol) => `${protocol}://`).join(' or ')
  // The URL parser drops line breaks and similar characters, but they remain in the value.
  const isAddress = (value: string) =>
    !/\p{Cc}/u.test(value) &&
    URL.canParse(value) &&
    protocols.includes(new URL(value).protocol.slice(0, -1))
  return z
    .preprocess(
      (value) => emptyToUndefined(typeof value === 'string' ? value.trim() : value),
      z
        .string()
        .refine(isAddress, `must be a URL that begins with ${allowed}`)
        .overwrite((value) => value.replace(/\/+$/, ''))
        .optional(),
    )
    .meta({ ...facts })
}

function wholeNumber(min: number, max: number) {
  return z
    .int({ error: sayOfOtherKinds('must be a whole number, written in decimal digits') })
    .min(min)
    .max(max)
}

/** Returns the message for a value of the wrong type. For a value out of range, zod names the bound. */
function sayOfOtherKinds(message: string) {
  return ({ code }: { readonly code?: string }) => (code === 'invalid_type' ? message : undefined)
}

/** Accepts only plain decimals: `0x10` or `1e3` may not mean the number that `Number` reads. */
const plainDecimal = /^[+-]?\d+(\.\d+)?$/

/** Leaves non-numeric text unchanged so that validation can reject it. */
function toNumber(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value === '') return undefined
  return plainDecimal.test(value) ? Number(value) : value
}

/** Converts numbers in a list to strings. Secrets are excluded: a long number would not keep its digits. */
function writeNumbers(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((each: unknown) => (typeof each === 'number' ? `${each}` : each))
}

function toTexts(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const parts = value.split(',').map((part) => part.trim())
  return parts.every((part) => part === '') ? undefined : parts
}

function toBoolean(value: unknown): unknown {
  if (value === 'true') return true
  if (value === 'false') return false
  return value === '' ? undefined : value
}

function emptyToUndefined(value: unknown): unknown {
  return value === '' ? undefined : value
}
