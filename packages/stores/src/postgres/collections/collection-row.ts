import { sql } from 'kysely'
import type { Collection, CollectionCounts } from '@iaas/common/ports/collections'

/** The counts, which are columns of the same names. */
const countNames: readonly (keyof CollectionCounts)[] = [
  'objects',
  'foreign',
  'linked',
  'young',
  'remembered',
  'garbage',
]

export type CollectionRow = CollectionCounts & {
  readonly id: string
  readonly who: string
  readonly is_dry_run: boolean
  readonly state: Collection['state']
  readonly keep_seconds: number
  readonly position: string
  readonly foreign_keys: readonly string[]
  readonly created_at: Date
  readonly finished_at: Date | null
}

/** Columns of a `CollectionRow`. Numbers are read as such: pg returns a bigint as text. */
export const collectionColumns = sql.raw(
  [
    'id, who, is_dry_run, state, keep_seconds, position, foreign_keys, created_at, finished_at',
    ...countNames.map((name) => `"${name}"::float8 AS "${name}"`),
  ].join(', '),
)

export function toCollection(row: CollectionRow): Collection {
  const counts = Object.fromEntries(countNames.map((name) => [name, row[name]]))
  return {
    id: row.id,
    who: row.who,
    isDryRun: row.is_dry_run,
    state: row.state,
    keepSeconds: row.keep_seconds,
    position: row.position,
    counts: counts as CollectionCounts,
    foreignKeys: row.foreign_keys,
    createdAt: row.created_at,
    finishedAt: row.finished_at ?? undefined,
  }
}
