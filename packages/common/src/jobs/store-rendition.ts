import { z } from 'zod'
import { type Digest, variantDigest } from '../digest.ts'
import type { WaitingRendition } from '../ports/persistence.ts'
import { variantSchema } from '../variant-schema.ts'
import { defineJob } from './define-job.ts'
import { queueNames } from './queues.ts'

/** Grows when older uploaders could no longer do what a job asks for; a field that they may ignore does not count. */
const payloadVersion = 1

/** Leaves out fields that it does not know, as those of a newer version. */
const payloadSchema = z.object({
  v: z.literal(payloadVersion, `only jobs of version ${payloadVersion} are known here`),
  variant: variantSchema,
  renderedAt: z.int().positive(),
})

/** The payload of both jobs of a rendition. Object key and spool name are computed from it, never taken from it. */
export type PersistPayload = z.input<typeof payloadSchema>

export function toPayload({ variant, renderedAt }: WaitingRendition): PersistPayload {
  return { v: payloadVersion, variant, renderedAt }
}

/** @throws ZodError or AppError for what no release has queued */
export function parsePayload(data: unknown): WaitingRendition {
  const { variant, renderedAt } = payloadSchema.parse(data)
  return { variant, renderedAt }
}

/** One id per rendition, the same in both queues; a later rendition of the same variant is another job. */
export function persistJobId({ variant, renderedAt }: WaitingRendition): string {
  return `${variantDigest(variant)}-${renderedAt.toString(36)}`
}

/** A rendition as the id of its jobs names it. */
export type RenditionId = { readonly digest: Digest; readonly renderedAt: number }

/** The inverse of `persistJobId`; undefined for the id of any other job. */
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

/** Records the link of a stored rendition. It waits for `putObjectJob`, so that a link never precedes its object. */
export const recordLinkJob = defineJob({
  ...rendition,
  name: 'record-link',
  queue: queueNames.records,
})
