import { type Variant, hasLaterOptions, hasLayers, mostFrames } from '@iaas/common/image'
import { variantSchema } from '@iaas/common/variant-schema'
import { type ImageInfo, type RenderOutcome, renderNotes } from '@iaas/common/ports/renderer'
import type { OriginalKey } from '@iaas/common/original-ref'
import { pointSchema } from '@iaas/common/point-schema'
import { z } from 'zod'
import { mostFontBytes } from '../fonts/fonts.ts'
import { mostOverlayBytes } from '../watermarks/overlays.ts'
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
 * Paths of the renderer service. A task is a POST of the image with its options in the query parameter `task`. The
 * answer has an image or nothing as its body, and the facts in a header.
 */
export const wirePaths = {
  inspect: '/inspect',
  describe: '/describe',
  render: '/render',
  /** Like `render`, for a variant that earlier releases cannot express. They would leave its options out; this is 404. */
  renderWithOptions: '/render-with-options',
  /**
   * Like `render`, for a variant with layers. The body is the image of the watermark, of `overlayBytes`, the font of the
   * text, of `fontBytes`, and then the image.
   */
  renderWithLayers: '/render-with-layers',
  ingest: '/take-in',
  copy: '/copy',
} as const

/** Returns the path of a render: one that is 404 in releases that would leave a part of the variant out. */
export function renderPath(variant: Variant): string {
  if (hasLayers(variant)) return wirePaths.renderWithLayers
  return hasLaterOptions(variant) ? wirePaths.renderWithOptions : wirePaths.render
}

export const taskParameter = 'task'
/** Digest of the client, used for fairness. Optional: senders may omit it and receivers may ignore it. */
export const clientHeader = 'x-client'
const digestOfClient = z.string().regex(/^[\da-f]{1,64}$/)

/** Returns undefined for a value that is not a digest. */
export function parseClient(header: string | undefined): string | undefined {
  return digestOfClient.safeParse(header).data
}

/** Header with the facts: JSON, percent-encoded to ASCII. */
export const resultHeader = 'x-result'

const region = sizeSchema.extend({ left: z.int().nonnegative(), top: z.int().nonnegative() })

/** Name of the original. Senders before it omit it, and receivers before it drop it. */
const original = z
  .string()
  .max(2000)
  .transform((key) => key as OriginalKey)
  .optional()

export const fileTask = z.object({ original })
/** Earlier senders and receivers omit and drop the opacity and the frame. */
export const inspectTask = fileTask.extend({
  opacity: z.boolean().optional(),
  frame: z
    .int()
    .min(0)
    .max(mostFrames - 1)
    .optional(),
})
export const describeTask = fileTask.extend({ onlyIdle: z.boolean().optional() })
export const renderTask = fileTask.extend({
  variant: variantSchema,
  bounds: sizeSchema,
  originalQuality: qualitySchema.optional(),
  focal: pointSchema.optional(),
  /** Releases before it search for the point each time. */
  striking: pointSchema.optional(),
  overlayBytes: z.int().min(0).max(mostOverlayBytes).optional(),
  fontBytes: z.int().min(0).max(mostFontBytes).optional(),
})
export const ingestTask = z.object({ crop: region.optional(), stripMetadata: z.boolean() })

/** Name of JPEG in earlier releases; during an upgrade either side may be one of them. */
const wireJpeg = 'jpeg'

/** Replaces the format of an image by the name that every release knows. */
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
      note: z.enum(renderNotes).optional(),
      striking: pointSchema.optional(),
    })
    .transform(({ isDear, ...facts }) => ({ ...facts, isCostly: isDear })),
  outOfBoundsSchema,
])
export const ingestResult = z.preprocess(fromWireInfo, ingestSchema)
/** Facts about an image are the body of the answer, since they are too long for a header. */
export const describeResult = z.object({})
export const copyResult = copySchema

/** Body of every answer other than 200. */
export const failure = failureSchema.extend({ retryAfterSeconds: z.int().positive().optional() })

export function encodeFacts(facts: unknown): string {
  return encodeURIComponent(JSON.stringify(facts))
}

/** Inverse of `encodeFacts`. @throws if `text` is not the output of `encodeFacts` */
export function decodeFacts<Schema extends z.ZodType>(
  schema: Schema,
  text: string | null | undefined,
): z.output<Schema> {
  return schema.parse(JSON.parse(decodeURIComponent(text ?? '')))
}
