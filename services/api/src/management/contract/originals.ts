import { originalFormats } from '@iaas/common/image'
import { z } from 'zod'
import type { Routes } from './define-route.ts'

const original = z
  .object({
    id: z.string(),
    version: z.string().meta({ description: 'Names the present bytes; others have another one.' }),
    format: z.enum(originalFormats),
    bytes: z.int(),
    width: z.int().meta({ description: 'px, as displayed' }),
    height: z.int().meta({ description: 'px, as displayed' }),
    uploaded_at: z.iso.datetime(),
    variants: z
      .object({
        count: z.int(),
        bytes: z.int().nullable().meta({ description: '`null`: not known.' }),
      })
      .meta({ description: 'The stored variants.' }),
  })
  .meta({ id: 'Original' })

export const originalRoutes = {
  getOriginal: {
    method: 'GET',
    path: '/originals/{id}',
    scope: 'originals:read',
    summary: 'Describes an original and counts its stored variants.',
    query: z.strictObject({}),
    status: 200,
    answer: original,
    errors: ['INVALID_ID', 'ORIGINAL_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_BUSY'],
  },
} as const satisfies Routes

export type OriginalAnswer = z.output<typeof original>
