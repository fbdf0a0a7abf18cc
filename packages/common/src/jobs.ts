import { z } from 'zod'
import { fits, formats, parseImageId, type Format, type Variant } from './image/index.ts'
import type { PersistRequest } from './ports/persistence.ts'
import { variantDigest } from './digest.ts'

/**
 * The wire contract between the api, which enqueues, and the uploaders, which work. One flow a rendition: the parent
 * `record-link` in `records` waits for its child `put-object` in `uploads`, so that a link never precedes its object.
 */
export const queueNames = { uploads: 'uploads', records: 'records' } as const
export const jobNames = { putObject: 'put-object', recordLink: 'record-link' } as const
export const queuePrefix = 'iaas'

/** A variant that came from another process. */
export const variantSchema = z.object({
  id: z.string().transform((id) => parseImageId(id)),
  width: z.int().positive(),
  height: z.int().positive(),
  fit: z.enum(fits),
  format: z.enum(Object.keys(formats) as [Format, ...Format[]]),
  blur: z.boolean(),
  quality: z.union([z.literal('auto'), z.int().min(0).max(100)]),
})

const payloadSchema = z.object({
  v: z.literal(1),
  variant: variantSchema,
  renderedAt: z.int().positive(),
})

/** What both jobs of a flow carry. Everything else (object key, spool name) is computed from it, never taken from it. */
export type PersistPayload = z.input<typeof payloadSchema>

export function toPayload({ variant, renderedAt }: PersistRequest): PersistPayload {
  return { v: 1, variant, renderedAt }
}

/** @throws ZodError or AppError for anything that no version of this service has enqueued */
export function parsePayload(data: unknown): PersistRequest {
  const { variant, renderedAt } = payloadSchema.parse(data)
  return { variant: variant satisfies Variant, renderedAt }
}

/** One id a rendering, the same in both queues; a later rendering of the same variant is another job. */
export function persistJobId({ variant, renderedAt }: PersistRequest): string {
  return `${variantDigest(variant)}-${renderedAt.toString(36)}`
}

/** Tries over about an hour, the pause doubling from one second; half of it is drawn by lot. */
export const jobAttempts = 12
export const jobBackoff = { type: 'exponential', delay: 1000, jitter: 0.5 } as const
/** How many failed jobs are kept for the dashboard, and for how long (s). */
export const keptFailedJobs = { count: 5000, age: 7 * 24 * 3600 } as const
