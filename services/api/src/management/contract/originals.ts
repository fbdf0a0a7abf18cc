import { originalFormats } from '@iaas/common/image'
import { z } from 'zod'
import type { Routes } from './define-route.ts'
import { pageQuery } from './page-query.ts'

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

const variant = z
  .object({
    address: z.string().nullable().meta({
      description:
        'Path and query that give the variant; `null`: its options are not recorded as text.',
    }),
    digest: z.string().meta({ description: 'Identifies the variant.' }),
    bytes: z.int().nullable().meta({ description: '`null`: not known.' }),
    rendered_at: z.iso.datetime().nullable().meta({ description: '`null`: not recorded.' }),
  })
  .meta({ id: 'Variant' })

const page = z
  .object({
    items: z.array(variant),
    next: z
      .string()
      .nullable()
      .meta({ description: '`cursor` of the next page; `null`: the end.' }),
  })
  .meta({ id: 'VariantPage' })

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
  listVariants: {
    method: 'GET',
    path: '/originals/{id}/variants',
    scope: 'originals:read',
    summary: 'Lists the stored variants of an original, the newest first.',
    query: z.strictObject(pageQuery),
    status: 200,
    answer: page,
    errors: ['INVALID_ID', 'ORIGINAL_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_BUSY'],
  },
} as const satisfies Routes

export type VariantAnswer = z.output<typeof variant>
export type OriginalAnswer = z.output<typeof original>
