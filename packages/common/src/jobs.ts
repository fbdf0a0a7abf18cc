import { z } from 'zod'
import {
  type Variant,
  type VariantOptions,
  params,
  parseImageId,
  variantFormats,
  variantOptionKeys,
} from './image/index.ts'
import type { WaitingRendition } from './ports/persistence.ts'
import { type Digest, variantDigest } from './digest.ts'

/**
 * The wire contract between the api, which enqueues, and the uploaders, which work. One flow a rendition: the parent
 * `record-link` in `records` waits for its child `put-object` in `uploads`, so that a link never precedes its object.
 */
export const queueNames = { uploads: 'uploads', records: 'records' } as const
export const jobNames = { putObject: 'put-object', recordLink: 'record-link' } as const
export const queuePrefix = 'iaas'

/** No configuration allows for more, px. */
const sideSchema = z.int().min(1).max(65_500)

/** Accepts a value of the option; an option that the other process does not know yet has its default. */
function optionSchema(key: keyof VariantOptions) {
  const { default: fallback, expected, parse } = params[key]
  return z
    .custom<unknown>((value) => parse(String(value)) === value, `must be ${expected}`)
    .default(fallback)
}

/** A variant that came from another process. */
export const variantSchema = z
  .object({
    id: z.string().transform((id) => parseImageId(id)),
    width: sideSchema,
    height: sideSchema,
    format: z.enum(variantFormats),
  })
  .extend(
    Object.fromEntries(
      variantOptionKeys.map((key) => [key, optionSchema(key)]),
    ) as unknown as Record<keyof VariantOptions, z.ZodType>,
  ) as unknown as z.ZodType<Variant, Variant>

/** Grows when older uploaders could no longer do what a job asks for; a field that they may ignore does not count. */
const payloadVersion = 1

/** Fields that it does not know, as those of a newer version, are left out. */
const payloadSchema = z.object({
  v: z.literal(payloadVersion, `only jobs of version ${payloadVersion} are known here`),
  variant: variantSchema,
  renderedAt: z.int().positive(),
})

/** What both jobs of a flow carry. Everything else (object key, spool name) is computed from it, never taken from it. */
export type PersistPayload = z.input<typeof payloadSchema>

export function toPayload({ variant, renderedAt }: WaitingRendition): PersistPayload {
  return { v: payloadVersion, variant, renderedAt }
}

/** @throws ZodError or AppError for anything that no version of this service has enqueued */
export function parsePayload(data: unknown): WaitingRendition {
  const { variant, renderedAt } = payloadSchema.parse(data)
  return { variant: variant satisfies Variant, renderedAt }
}

/** One id a rendition, the same in both queues; a later rendition of the same variant is another job. */
export function persistJobId({ variant, renderedAt }: WaitingRendition): string {
  return `${variantDigest(variant)}-${renderedAt.toString(36)}`
}

/** A rendition as the id of its jobs tells it. */
export type RenditionId = { readonly digest: Digest; readonly renderedAt: number }

/** The inverse of `persistJobId`; undefined for the id of any other job. */
export function parsePersistJobId(jobId: string): RenditionId | undefined {
  const [, digest, time] = /^([\da-f]{64})-([\da-z]{1,11})$/.exec(jobId) ?? []
  if (digest === undefined || time === undefined) return undefined
  return { digest: digest as Digest, renderedAt: Number.parseInt(time, 36) }
}

/** Tries over about an hour. */
export const jobAttempts = 36
/** The name under which workers know `pauseBeforeAttempt`. */
export const jobBackoff = { type: 'capped' } as const

const firstPauseMs = 1000
/** What an outage has kept waiting is stored this long after its end at the latest, however long it was. */
export const longestPauseMs = 120_000

/** Doubles from one second on, up to two minutes; half of it is drawn by lot. ms */
export function pauseBeforeAttempt(attemptsMade: number): number {
  const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attemptsMade - 1, 20))
  return Math.floor(longest * (0.5 + Math.random() / 2))
}

/** How many failed jobs are kept for the dashboard, and for how long (s). */
export const keptFailedJobs = { count: 5000, age: 7 * 24 * 3600 } as const
