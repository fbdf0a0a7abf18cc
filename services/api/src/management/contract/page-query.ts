import { linkPosition } from '@iaas/common/ports/link-store'
import { z } from 'zod'

/** Largest page. */
const maxLimit = 1000
const usualLimit = 100

const message = `must be a whole number from 1 to ${maxLimit}`

/** Most items of a list. */
export const limit = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, message)
  .transform(Number)
  .refine((count) => count <= maxLimit, message)
  .default(usualLimit)
  .meta({ description: `Most items of the page, 1 to ${maxLimit}.` })

/** Parameters of a list. */
export const pageQuery = {
  limit,
  cursor: z
    .string()
    .regex(linkPosition, 'must be the "next" of an earlier page')
    .optional()
    .meta({ description: '`next` of the page before.' }),
}
