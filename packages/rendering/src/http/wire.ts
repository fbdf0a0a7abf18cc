import { variantSchema } from '@iaas/common/variant-schema'
import type { ImageInfo, RenderOutcome } from '@iaas/common/ports/renderer'
import { z } from 'zod'
import {
  copySchema,
  failureSchema,
  infoSchema,
  ingestSchema,
  outOfBoundsSchema,
  qualitySchema,
  sizeSchema,
} from '../protocol.ts'

/**
 * How a task travels to a renderer service: the picture as the body of a POST, what to do with it in the query
 * parameter `task`. What comes back is a picture or nothing as the body, and the facts in a header.
 */
export const wirePaths = {
  inspect: '/inspect',
  render: '/render',
  ingest: '/take-in',
  copy: '/copy',
} as const
export const taskParameter = 'task'
/** Who asks, as a digest: fairness needs no name. Whoever does not know the header leaves it out, or passes over it. */
export const clientHeader = 'x-client'
const digestOfClient = z.string().regex(/^[\da-f]{1,64}$/)

/** undefined for what is no digest. */
export function parseClient(header: string | undefined): string | undefined {
  return digestOfClient.safeParse(header).data
}

/** JSON, in ASCII by percent-encoding. */
export const resultHeader = 'x-result'

const region = sizeSchema.extend({ left: z.int().nonnegative(), top: z.int().nonnegative() })

export const renderTask = z.object({
  variant: variantSchema,
  bounds: sizeSchema,
  originalQuality: qualitySchema.optional(),
})
export const ingestTask = z.object({ crop: region.optional(), stripMetadata: z.boolean() })

/** Releases before the table of formats call JPEG so; either side may be one of them during an upgrade. */
const wireJpeg = 'jpeg'

/** Names the format of an image as the other side of any release knows it. */
export function toWireInfo<Info extends ImageInfo>(info: Info) {
  return { ...info, format: info.format === 'jpg' ? wireJpeg : info.format }
}

function fromWireInfo(info: unknown): unknown {
  const isJpeg = z.object({ format: z.literal(wireJpeg) }).safeParse(info).success
  return isJpeg ? { ...(info as object), format: 'jpg' } : info
}

type Rendered = Omit<Extract<RenderOutcome, { readonly kind: 'rendered' }>, 'bytes'>

/** Returns the facts of a render under the names that every release uses on the wire. */
export function toWireRendered({ isCostly, ...facts }: Rendered) {
  return { ...facts, isDear: isCostly }
}

export const inspectResult = z.preprocess(fromWireInfo, infoSchema)
export const renderResult = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('rendered'),
      timing: z.object({ queueMs: z.number(), renderMs: z.number() }),
      isDear: z.boolean(),
    })
    .transform(({ isDear, ...facts }) => ({ ...facts, isCostly: isDear })),
  outOfBoundsSchema,
])
export const ingestResult = z.preprocess(fromWireInfo, ingestSchema)
export const copyResult = copySchema

/** The body of every answer that is not 200. */
export const failure = failureSchema.extend({ retryAfterSeconds: z.int().positive().optional() })

export function encodeFacts(facts: unknown): string {
  return encodeURIComponent(JSON.stringify(facts))
}

/** @throws where the text is not what `encodeFacts` makes of such facts */
export function decodeFacts<Schema extends z.ZodType>(
  schema: Schema,
  text: string | null | undefined,
): z.output<Schema> {
  return schema.parse(JSON.parse(decodeURIComponent(text ?? '')))
}
