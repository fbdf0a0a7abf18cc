import { z } from 'zod'

/** What the reference page and the environment mapping need to know of a setting. */
export type SettingFacts = {
  readonly description: string
  /** The environment variable that wins over the files. */
  readonly env?: string
  /** Also read from the file that `${env}_FILE` names; never shown. */
  readonly secret?: boolean
}

/** The environment gives strings; the files may give numbers. */
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

/** An integer that may be absent: what stands for it then is no plain number. */
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

/** A toggle that may be absent: its default depends on other settings. */
export function optionalToggle(description: string, env: string) {
  return z.preprocess(toBoolean, z.boolean().optional()).meta({ description, env })
}

/** A text that may be absent; an empty one counts as absent. */
export function text(facts: SettingFacts, kind: z.ZodType<string> = z.string()) {
  return z.preprocess(emptyToUndefined, kind.optional()).meta({ ...facts })
}

/** Texts that the environment separates by commas. */
export function list(fallback: readonly string[], facts: SettingFacts) {
  return z
    .preprocess(
      (value) => toTexts(facts.secret === true ? value : writeNumbers(value)),
      z.array(z.string()).default([...fallback]),
    )
    .meta({ ...facts, default: fallback })
}

/** An absolute URL that may be absent, without its trailing slash and what is blank around it. */
export function address(protocols: readonly string[], facts: SettingFacts) {
  const allowed = protocols.map((protocol) => `${protocol}://`).join(' or ')
  // The parser drops line breaks and the like, which are no less in the address for that.
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

/** The message where a value is of another kind; of one that is out of range zod names the bound. */
function sayOfOtherKinds(message: string) {
  return ({ code }: { readonly code?: string }) => (code === 'invalid_type' ? message : undefined)
}

/** Whoever writes `0x10` or `1e3` may mean another number than `Number` reads: only plain decimals are taken. */
const plainDecimal = /^[+-]?\d+(\.\d+)?$/

/** What is no number stays the text that it is, which is then refused. */
function toNumber(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value === '') return undefined
  return plainDecimal.test(value) ? Number(value) : value
}

/** In a file a list of widths is one of numbers. A secret is none: a long one would not be what was written. */
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
