import { isAppError } from '@iaas/common/errors'
import {
  type ImageId,
  type Point,
  gravityNames,
  parseGravity,
  parseImageId,
  watermarkName,
} from '@iaas/common/image'
import { z } from 'zod'

/** Decimals of an address have three places, too. */
const decimal = (min: number) =>
  z
    .number()
    .min(min)
    .max(1)
    .transform((value) => Math.round(value * 1000) / 1000)

const watermark = z
  .strictObject({
    file: z.string().min(1).optional(),
    original: z.string().transform(readId).optional(),
    gravity: z.string().default('southeast').transform(readGravity),
    opacity: decimal(0).prefault(1),
    scale: decimal(0.01).prefault(0.25),
    margin: z.int().min(0).max(500).default(0),
    repeat: z.boolean().default(false),
  })
  .refine(
    ({ file, original }) => (file === undefined) !== (original === undefined),
    'needs either `file` or `original`',
  )

/** Settings of a watermark. Its image is a file of the operator or an original. */
export type WatermarkSettings = z.output<typeof watermark>

const described = z.unknown().pipe(watermark).meta({
  description:
    'A watermark of this name (`a-z`, `0-9`, `-`, at most 32): `{ "file": "/etc/logo.png" }` or `{ "original": "id" }`, PNG, WebP, AVIF, GIF or JPEG of at most 2 MiB and 16 megapixels; `gravity` (`southeast`), `opacity` (1), `scale` (0.25: the share of the image that it fits into), `margin` (0 px, at most 500), `repeat` (`false`). See docs/operations.md.',
})

/** Watermarks of the configuration, by name. */
export const watermarksSettings = z
  .preprocess(withoutComments, z.object({}).catchall(described).prefault({}))
  .transform((settings, context): Readonly<Record<string, WatermarkSettings>> => {
    for (const name of Object.keys(settings)) {
      if (watermarkName.test(name)) continue
      const message = 'the name must consist of 1 to 32 of a-z, 0-9 and "-"'
      context.addIssue({ code: 'custom', path: [name], message })
    }
    return settings
  })

function readId(text: string, context: z.RefinementCtx): ImageId {
  try {
    return parseImageId(text)
  } catch (error) {
    if (!isAppError(error)) throw error
    context.addIssue({ code: 'custom', message: error.message })
    return z.NEVER
  }
}

function readGravity(text: string, context: z.RefinementCtx): Point {
  const gravity = parseGravity(text)
  if (typeof gravity === 'object') return gravity
  const names = gravityNames.join(', ')
  context.addIssue({
    code: 'custom',
    message: `must be ${names}, or two fractions such as 0.5,0.25`,
  })
  return z.NEVER
}

function withoutComments(settings: unknown): unknown {
  if (typeof settings !== 'object' || settings === null) return settings
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !name.startsWith('//')))
}
