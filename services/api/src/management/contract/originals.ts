import { originalFormats } from '@iaas/common/image'
import { uploadWarnings } from '../../upload/upload-warnings.ts'
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

const created = original
  .extend({
    warnings: z
      .array(z.enum(uploadWarnings))
      .optional()
      .meta({ description: 'As in the answer to an upload by token; absent if there are none.' }),
  })
  .meta({ id: 'CreatedOriginal' })

/** Options of an upload, in the form of `POST /{id}`. */
const uploadQuery = z.strictObject({
  x: z.string().optional(),
  y: z.string().optional(),
  width: z.string().optional(),
  height: z.string().optional(),
  focal: z.string().optional(),
  replace: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`true`: replaces the original of the id if there is one.' }),
})

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

const version = z
  .object({
    version: z.string(),
    bytes: z.int(),
    uploaded_at: z.iso.datetime(),
    is_current: z.boolean(),
  })
  .meta({ id: 'Version' })

const lookupErrors = [
  'INVALID_ID',
  'ORIGINAL_NOT_FOUND',
  'ORIGINAL_GONE',
  'STORE_UNAVAILABLE',
  'STORE_BUSY',
] as const

export const originalRoutes = {
  getOriginal: {
    method: 'GET',
    path: '/originals/{id}',
    scope: 'originals:read',
    summary: 'Describes an original and counts its stored variants.',
    query: z.strictObject({}),
    status: 200,
    answer: original,
    errors: lookupErrors,
  },
  createOriginal: {
    method: 'PUT',
    path: '/originals/{id}',
    scope: 'originals:write',
    summary:
      'Stores an original under an id that has none, or replaces it (200) with `If-Match` or `replace`.',
    query: uploadQuery,
    body: 'image',
    status: 201,
    otherStatuses: [200],
    answer: created,
    errors: [
      'INVALID_ID',
      'INVALID_CROP',
      'INVALID_OPTION',
      'IMAGE_MISSING',
      'ID_TAKEN',
      'ORIGINAL_NOT_FOUND',
      'ORIGINAL_GONE',
      'PRECONDITION_FAILED',
      'TOKEN_PENDING',
      'UPLOAD_TOO_SLOW',
      'UPLOAD_TOO_LARGE',
      'IMAGE_TOO_LARGE',
      'IMAGE_TOO_COSTLY',
      'IMAGE_UNSUPPORTED',
      'IMAGE_DAMAGED',
      'RENDER_TIMEOUT',
      'RENDERER_BUSY',
      'RENDERER_UNREACHABLE',
      'UPLOADS_BUSY',
      'STORE_UNAVAILABLE',
      'STORE_BUSY',
      'STORE_FULL',
    ],
  },
  listVariants: {
    method: 'GET',
    path: '/originals/{id}/variants',
    scope: 'originals:read',
    summary: 'Lists the stored variants of an original, the newest first.',
    query: z.strictObject(pageQuery),
    status: 200,
    answer: page,
    errors: lookupErrors,
  },
  listVersions: {
    method: 'GET',
    path: '/originals/{id}/versions',
    scope: 'originals:read',
    summary: 'Lists the versions of an original: the present one, then the one replaced last.',
    query: z.strictObject({}),
    status: 200,
    answer: z.object({ items: z.array(version) }).meta({ id: 'Versions' }),
    errors: lookupErrors,
  },
  restoreVersion: {
    method: 'POST',
    path: '/originals/{id}/versions/{version}/restore',
    scope: 'originals:write',
    summary: 'Makes an older version the present one; with `If-Match` only instead of that one.',
    query: z.strictObject({}),
    status: 200,
    answer: created,
    errors: [
      ...lookupErrors,
      'VERSION_NOT_FOUND',
      'PRECONDITION_FAILED',
      'TOKEN_PENDING',
      'IMAGE_UNSUPPORTED',
      'IMAGE_DAMAGED',
      'RENDER_TIMEOUT',
      'RENDERER_BUSY',
      'RENDERER_UNREACHABLE',
    ],
  },
} as const satisfies Routes

export type VersionAnswer = z.output<typeof version>
export type VariantAnswer = z.output<typeof variant>
export type OriginalAnswer = z.output<typeof original>
