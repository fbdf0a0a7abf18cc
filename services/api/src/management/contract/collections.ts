import { z } from 'zod'
import type { Routes } from './define-route.ts'

const count = z.int().min(0)

const collection = z
  .object({
    id: z.string(),
    requested_by: z.string().meta({ description: 'Name of the API key.' }),
    dry_run: z.boolean(),
    state: z.enum(['running', 'cancelled', 'finished']),
    kept_seconds: z.int().meta({ description: 'Younger objects are kept.' }),
    counts: z.object({
      objects: count,
      foreign: count.meta({ description: 'Objects of other forms, which are left alone.' }),
      linked: count,
      young: count,
      remembered: count,
      garbage: count,
    }),
    foreign_keys: z.array(z.string()).meta({ description: 'The first of them.' }),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Collection' })

const collections = z.object({ items: z.array(collection) }).meta({ id: 'Collections' })

const request = z
  .strictObject({ dry_run: z.boolean().default(true) })
  .meta({ id: 'CollectionRequest' })

const errors = ['STORE_UNAVAILABLE', 'STORE_BUSY'] as const

export const collectionRoutes = {
  listCollections: {
    method: 'GET',
    path: '/collections',
    scope: 'purge',
    summary: 'Lists the latest collections of garbage, the newest first.',
    query: z.strictObject({}),
    status: 200,
    answer: collections,
    errors,
  },
  startCollection: {
    method: 'POST',
    path: '/collections',
    scope: 'purge',
    summary: 'Starts a collection of garbage, or returns the one that runs.',
    query: z.strictObject({}),
    body: request,
    status: 202,
    answer: collection,
    errors: ['UPLOAD_TOO_LARGE', ...errors],
  },
  cancelCollection: {
    method: 'POST',
    path: '/collections/cancel',
    scope: 'purge',
    summary: 'Ends the collection that runs. Garbage that is noted is removed.',
    query: z.strictObject({}),
    status: 200,
    answer: collections,
    errors,
  },
} as const satisfies Routes

export type CollectionAnswer = z.output<typeof collection>
