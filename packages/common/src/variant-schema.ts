import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import {
  type Variant,
  type VariantOptions,
  paramOf,
  parseImageId,
  parseOption,
  variantFormats,
  variantOptionKeys,
} from './image/index.ts'

/** A side of a box: up to the largest of any configuration, px; 0 is a free side. */
const sideSchema = z.int().min(0).max(65_500)

/** Accepts a value of the option. An option that the other process does not know yet has its default. */
function optionSchema(key: keyof VariantOptions) {
  return z
    .unknown()
    .optional()
    .transform((value, context) => {
      const { default: fallback, expected } = paramOf(key)
      if (value === undefined) return fallback
      const parsed = readOption(key, value)
      if (parsed !== undefined) return parsed
      context.addIssue({ code: 'custom', message: `must be ${expected}` })
      return z.NEVER
    })
}

/** Returns undefined for anything that is not a value of the option. */
function readOption(key: keyof VariantOptions, value: unknown): unknown {
  try {
    const parsed = parseOption(key, paramOf(key).format(value))
    return isDeepStrictEqual(parsed, value) ? parsed : undefined
  } catch {
    return undefined
  }
}

const optionSchemas = Object.fromEntries(variantOptionKeys.map((key) => [key, optionSchema(key)]))

/** A variant received from another process. */
export const variantSchema = z
  .object({
    id: z.string().transform((id) => parseImageId(id)),
    width: sideSchema,
    height: sideSchema,
    format: z.enum(variantFormats),
    ...optionSchemas,
  })
  .refine(
    ({ width, height }) => width + height > 0,
    'needs a side that is not free',
  ) as unknown as z.ZodType<Variant, Variant>
