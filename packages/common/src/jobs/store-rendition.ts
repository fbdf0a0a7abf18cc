import { z } from 'zod'
import { type Digest, renditionDigest } from '../digest.ts'
import type { WaitingRendition } from '../ports/persistence.ts'
import { variantSchema } from '../variant-schema.ts'
import { defineJob } from './define-job.ts'
import { queueNames } from './queues.ts'

/**
 * Version of the payload. Increased when older uploaders could no longer do the job; fields that they may ignore do not
 * count.
 */
const payloadVersion = 1

/** Drops unknown fields, such as those of a newer version. */
const payloadSchema = z.object({
  v: z.literal(payloadVersion, `only jobs of version ${payloadVersion} are known here`),
  variant: variantSchema,
  renderedAt: z.int().positive(),
  // Absent in jobs of builds before the epochs.
  epoch: z.int().positive().optional(),
})

/** Payload of both jobs of a rendition. Object key and spool name are computed from it, never read from it. */
export type PersistPayload = z.input<typeof payloadSchema>

export function toPayload({ variant, renderedAt, epoch = 0 }: WaitingRendition): PersistPayload {
  return { v: payloadVersion, variant, renderedAt, ...(epoch > 0 && { epoch }) }
}

/** Parses a payload. @throws ZodError or AppError for a payload that no release queues */
export function parsePayload(data: unknown): WaitingRendition {
  const { variant, renderedAt, epoch } = payloadSchema.parse(data)
  return { variant, renderedAt, ...(epoch !== undefined && { epoch }) }
}

/** Returns the job id of a rendition, the same in both queues. A later rendition of the same variant is another job. */
export function persistJobId(rendition: WaitingRendition): string {
  return `${renditionDigest(rendition)}-${rendition.renderedAt.toString(36)}`
}

/** A rendition as named by the id of its jobs. */
export type RenditionId = { readonly digest: Digest; readonly renderedAt: number }

/** Inverse of `persistJobId`. Returns undefined for the id of any other job. */
export function parsePersistJobId(jobId: string): RenditionId | undefined {
  const [, digest, time] = /^([\da-f]{64})-([\da-z]{1,11})$/.exec(jobId) ?? []
  if (digest === undefined || time === undefined) return undefined
  return { digest: digest as Digest, renderedAt: Number.parseInt(time, 36) }
}

const rendition = { format: toPayload, parse: parsePayload, idOf: persistJobId }

/** Stores the object of a rendition. */
export const putObjectJob = defineJob({
  ...rendition,
  name: 'put-object',
  queue: queueNames.uploads,
})

/** Records the link of a stored rendition. Waits for `putObjectJob`, so that a link never precedes its object. */
export const recordLinkJob = defineJob({
  ...rendition,
  name: 'record-link',
  queue: queueNames.records,
})
