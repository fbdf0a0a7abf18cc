import { originalFormats } from '@iaas/common/image'
import { originalSorts } from '@iaas/common/ports/original-ledger'
import { z } from 'zod'
import type { Routes } from './define-route.ts'
import { limit } from './page-query.ts'

const listed = z
  .object({
    id: z.string(),
    version: z.string(),
    format: z.enum(originalFormats).nullable().meta({ description: '`null`: not readable.' }),
    bytes: z.int(),
    width: z.int().nullable().meta({ description: 'px, as displayed' }),
    height: z.int().nullable().meta({ description: 'px, as displayed' }),
    uploaded_at: z.iso.datetime(),
  })
  .meta({ id: 'ListedOriginal' })

const sorts = originalSorts.flatMap((sort) => [sort, `-${sort}`] as const)

const bytes = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number)
  .optional()

const time = z.iso
  .datetime({ offset: true, message: 'must be a time such as 2026-11-30T21:49:29Z' })
  .transform((text) => new Date(text))
  .optional()

const listQuery = z.strictObject({
  limit,
  cursor: z
    .string()
    .regex(/^[\w-]{1,2000}$/, 'must be the "next" of an earlier page')
    .optional()
    .meta({ description: '`next` of the page before, with the same `sort`.' }),
  sort: z
    .enum(sorts, `must be one of ${sorts.join(', ')}`)
    .default('-uploaded_at')
    .meta({ description: 'A field; with `-` the highest first.' }),
  prefix: z
    .string()
    .regex(/^\P{C}{1,255}$/u, 'must be the beginning of an id')
    .transform((text) => text.normalize('NFC'))
    .optional()
    .meta({ description: 'Beginning of the id.' }),
  format: z.enum(originalFormats).optional(),
  uploaded_after: time,
  uploaded_before: time,
  min_bytes: bytes,
  max_bytes: bytes,
})

export const originalListRoutes = {
  listOriginals: {
    method: 'GET',
    path: '/originals',
    scope: 'originals:read',
    summary: 'Lists the originals, the newest first unless `sort` says otherwise.',
    query: listQuery,
    status: 200,
    answer: z
      .object({
        items: z.array(listed),
        next: z
          .string()
          .nullable()
          .meta({ description: '`cursor` of the next page; `null`: the end.' }),
      })
      .meta({ id: 'OriginalPage' }),
    errors: ['STORE_UNAVAILABLE', 'STORE_BUSY'],
  },
} as const satisfies Routes

export type OriginalListQuery = z.output<typeof listQuery>
export type ListedOriginalAnswer = z.output<typeof listed>
