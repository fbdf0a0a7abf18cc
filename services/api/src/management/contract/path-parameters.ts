import { parseImageId } from '@iaas/common/image'
import { z } from 'zod'

/** Schemas of the parameters in paths, decoded. */
export const pathParameters = {
  id: z
    .string()
    .transform((id) => parseImageId(id))
    .meta({ description: 'The id of an original, percent-encoded.' }),
} as const

export type PathParameters = {
  readonly [Name in keyof typeof pathParameters]: z.output<(typeof pathParameters)[Name]>
}
