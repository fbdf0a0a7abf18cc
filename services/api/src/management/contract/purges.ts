import { variantFormats } from '@iaas/common/image'
import { cdnStates } from '@iaas/common/ports/cdn-work'
import { purgePhases } from '@iaas/common/ports/purges'
import { z } from 'zod'
import type { Routes } from './define-route.ts'
import { imageId } from './image-id.ts'

const maxIds = 1000
const longestWait = 60

const wait = z
  .string()
  .regex(/^\d{1,2}$/, `must be a number of seconds up to ${longestWait}`)
  .transform((text) => Math.min(Number(text), longestWait))
  .default(0)
  .meta({ description: `Seconds to wait for the end, at most ${longestWait}.` })

const selectors = {
  ids: z.array(imageId).min(1).max(maxIds),
  preset: z.string().max(32),
  format: z.enum(variantFormats),
  rendered_before: z.iso.datetime({ offset: true }),
  prefix: z
    .string()
    .min(1)
    .max(255)
    .transform((text) => text.normalize('NFC')),
  everything: z.literal(true),
}

const selectorNames = Object.keys(selectors) as readonly (keyof typeof selectors)[]

const request = z
  .strictObject({
    ...z.object(selectors).partial().shape,
    now: z.boolean().optional(),
    dry_run: z.boolean().optional(),
    per_minute: z.int().min(1).max(1_000_000).optional(),
  })
  .refine(
    (body) => selectorNames.filter((name) => body[name] !== undefined).length === 1,
    `must have exactly one of ${selectorNames.join(', ')}`,
  )
  .meta({ id: 'PurgeRequest' })

const time = z.iso.datetime().nullable()

const receipt = z
  .object({
    id: z.string(),
    kind: z.enum(['purge', 'delete']),
    requested_by: z.string().meta({ description: 'Name of the API key.' }),
    selector: z.record(z.string(), z.unknown()),
    now: z.boolean(),
    dry_run: z.boolean(),
    free_id: z.boolean(),
    per_minute: z.int().nullable(),
    state: z
      .enum(['waiting', 'running', 'paused', 'cancelled', 'failed', 'verifying', 'finished'])
      .meta({
        description:
          '`verifying`: everything is removed, and is looked for once more when nothing can come late.',
      }),
    phase: z.enum(purgePhases),
    counts: z.object({
      images: z.int(),
      links: z.int(),
      objects: z.int(),
      objects_later: z.int(),
      objects_elsewhere: z.int(),
      spool: z.int(),
      jobs: z.int(),
      originals: z.int(),
    }),
    old_objects: z.union([z.literal('unknown'), z.object({ at: z.iso.datetime(), left: z.int() })]),
    browsers: z.literal('excluded'),
    cdn: z.array(
      z.object({
        name: z.string(),
        state: z.enum(cdnStates),
        sent: z.int(),
        invalidations: z.array(z.object({ id: z.string(), state: z.string() })),
        tries: z.int(),
        failure: z.string().nullable(),
        retry_at: z.iso.datetime().nullable(),
      }),
    ),
    cdn_state: z.enum(['none', ...cdnStates]),
    waiting_for: z.array(z.string()),
    failures: z.array(
      z.object({
        phase: z.enum(purgePhases),
        message: z.string(),
        at: z.iso.datetime(),
        times: z.int(),
      }),
    ),
    created_at: z.iso.datetime(),
    started_at: time,
    effective_at: time,
    finished_at: time,
  })
  .meta({ id: 'Purge' })

const outages = ['STORE_UNAVAILABLE', 'STORE_BUSY'] as const

export const purgeRoutes = {
  deleteOriginal: {
    method: 'DELETE',
    path: '/originals/{id}',
    scope: 'originals:write',
    summary: 'Deletes an original and everything that was made from it.',
    query: z.strictObject({ free_id: z.enum(['true', 'false']).default('false'), wait }),
    status: 202,
    otherStatuses: [200],
    answer: receipt,
    errors: ['INVALID_ID', 'ORIGINAL_NOT_FOUND', ...outages],
  },
  createPurge: {
    method: 'POST',
    path: '/purges',
    scope: 'purge',
    summary: 'Removes stored variants.',
    query: z.strictObject({ wait }),
    body: request,
    status: 202,
    otherStatuses: [200],
    answer: receipt,
    errors: ['UPLOAD_TOO_LARGE', ...outages],
  },
  getPurge: {
    method: 'GET',
    path: '/purges/{purge}',
    scope: 'purge',
    summary: 'Returns the receipt of a purge or a deletion.',
    query: z.strictObject({}),
    status: 200,
    answer: receipt,
    errors: ['PURGE_NOT_FOUND', ...outages],
  },
  pausePurge: change('pause', 'Pauses a purge.'),
  resumePurge: change('resume', 'Continues a paused or failed purge.'),
  cancelPurge: change('cancel', 'Ends a purge. What is removed stays removed.'),
} as const satisfies Routes

function change<const Name extends string>(name: Name, summary: string) {
  return {
    method: 'POST',
    path: `/purges/{purge}/${name}`,
    scope: 'purge',
    summary,
    query: z.strictObject({}),
    status: 200,
    answer: receipt,
    errors: ['PURGE_NOT_FOUND', 'PURGE_ENDED', ...outages],
  } as const
}

export type PurgeRequest = z.output<typeof request>
export type Receipt = z.output<typeof receipt>
