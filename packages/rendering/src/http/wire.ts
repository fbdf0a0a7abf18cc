import { type ErrorCode, errorCodes } from '@iaas/common/errors'
import { variantSchema } from '@iaas/common/jobs'
import { z } from 'zod'

/**
 * How a task travels to a renderer service: the picture as the body of a POST, what to do with it in the query
 * parameter `task`. What comes back is a picture or nothing as the body, and the facts in a header.
 */
export const wirePaths = { inspect: '/inspect', render: '/render', takeIn: '/take-in' } as const
export const taskParameter = 'task'
/** JSON, in ASCII by percent-encoding. */
export const resultHeader = 'x-result'

const size = z.object({ width: z.int().positive(), height: z.int().positive() })
const format = z.enum(['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'])
const region = size.extend({ left: z.int().nonnegative(), top: z.int().nonnegative() })

export const renderTask = z.object({ variant: variantSchema, bounds: size })
export const takeInTask = z.object({ crop: region.optional() })

export const inspectResult = z.object({ format, size })
export const renderResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rendered'),
    timing: z.object({ queueMs: z.number(), renderMs: z.number() }),
  }),
  z.object({ kind: z.literal('out-of-bounds'), source: size }),
])
export const takeInResult = z.object({ reencoded: z.boolean(), format, size })

/** The body of every answer that is not 200. */
export const failure = z.object({
  code: z.enum(errorCodes as unknown as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
})

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
