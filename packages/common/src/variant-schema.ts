import { z } from 'zod'
import {
  type Variant,
  type VariantOptions,
  params,
  parseImageId,
  variantFormats,
  variantOptionKeys,
} from './image/index.ts'

/** Largest side of any configuration, px. */
const sideSchema = z.int().min(1).max(65_500)

/** Accepts a value of the option. An option that the other process does not know yet has its default. */
function optionSchema(key: keyof VariantOptions) {
  const { default: fallback, expected, parse } = params[key]
  return z
    .custom<unknown>((value) => parse(String(value)) === value, `must be ${expected}`)
    .default(fallback)
}

const optionSchemas = Object.fromEntries(variantOptionKeys.map((key) => [key, optionSchema(key)]))

/** A variant received from another process. */
export const variantSchema = z.object({
  id: z.string().transform((id) => parseImageId(id)),
  width: sideSchema,
  height: sideSchema,
  format: z.enum(variantFormats),
  ...optionSchemas,
}) as unknown as z.ZodType<Variant, Variant>
