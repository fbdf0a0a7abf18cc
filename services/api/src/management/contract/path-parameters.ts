import { AppError } from '@iaas/common/errors'
import { parseImageId } from '@iaas/common/image'
import type { PurgeId } from '@iaas/common/ports/purges'
import { z } from 'zod'

/** Schemas of the parameters in paths, decoded. */
export const pathParameters = {
  id: z
    .string()
    .transform((id) => parseImageId(id))
    .meta({ description: 'The id of an original, percent-encoded.' }),
  version: z
    .string()
    .transform(parseVersion)
    .meta({ description: 'A `version` of the list of versions.' }),
  queue: z.string().meta({ description: 'The `name` of a queue.' }),
  purge: z.string().transform(parsePurgeId).meta({ description: 'The `id` of a receipt.' }),
} as const

export type PathParameters = {
  readonly [Name in keyof typeof pathParameters]: z.output<(typeof pathParameters)[Name]>
}

function parseVersion(text: string): string {
  if (/^[\da-z.]{1,200}$/.test(text)) return text
  throw new AppError('VERSION_NOT_FOUND', 'There is no such version of the image.')
}

function parsePurgeId(text: string): PurgeId {
  if (/^[\w-]{1,64}$/.test(text)) return text as PurgeId
  throw new AppError('PURGE_NOT_FOUND', 'There is no such purge.')
}
