import { type RawBuilder, sql } from 'kysely'
import type { CdnProgress } from '@iaas/common/ports/cdn-work'
import type {
  Purge,
  PurgeCounts,
  PurgeFailure,
  PurgeId,
  PurgeOptions,
  PurgePhase,
  PurgeSelector,
  PurgeState,
} from '@iaas/common/ports/purges'
import { cdnsColumn } from '../cdn-work.ts'

/** The counts, which are columns of the same names. */
export const countNames: readonly (keyof PurgeCounts)[] = [
  'images',
  'links',
  'objects',
  'objects_later',
  'objects_elsewhere',
  'spool',
  'jobs',
  'originals',
]

export type PurgeRow = PurgeCounts & {
  readonly id: string
  readonly who: string
  readonly selector: PurgeSelector
  readonly options: PurgeOptions
  readonly state: PurgeState
  readonly phase: PurgePhase
  readonly cursor: string
  readonly below: number | null
  readonly epoch: number | null
  readonly waiting_for: readonly string[]
  readonly failures: readonly PurgeFailure[]
  readonly cdns: readonly CdnProgress[]
  readonly collected: Purge['collected'] | null
  readonly rest_ms: number
  readonly created_at: Date
  readonly started_at: Date | null
  readonly effective_at: Date | null
  readonly finished_at: Date | null
}

const collectedColumn = `(SELECT jsonb_build_object('left', young,
    'at', to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  FROM collections WHERE collections.state = 'finished' AND NOT is_dry_run
  ORDER BY collections.finished_at DESC LIMIT 1) AS collected`

/** Columns of a `PurgeRow`. Numbers are read as such: pg returns a bigint as text. */
export const purgeColumns = sql.raw(
  [
    'id, who, selector, options, state, phase, cursor, waiting_for, failures',
    'coalesce(greatest(0, extract(epoch FROM rests_until - now()) * 1000), 0)::float8 AS rest_ms',
    'created_at, started_at, effective_at, finished_at',
    ...['below', 'epoch', ...countNames].map((name) => `${name}::float8 AS ${name}`),
    cdnsColumn,
    collectedColumn,
  ].join(', '),
)

export function toPurge(row: PurgeRow): Purge {
  const counts = Object.fromEntries(countNames.map((name) => [name, row[name]])) as PurgeCounts
  return {
    id: row.id as PurgeId,
    who: row.who,
    selector: row.selector,
    options: row.options,
    state: row.state,
    phase: row.phase,
    cursor: row.cursor,
    below: row.below ?? undefined,
    epoch: row.epoch ?? undefined,
    counts,
    waitingFor: row.waiting_for,
    failures: row.failures,
    cdns: row.cdns,
    collected: row.collected ?? undefined,
    restMs: row.rest_ms,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    effectiveAt: row.effective_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  }
}

/** Adds to counts, as part of an UPDATE of `purges`; also notes that the purge was worked on. */
export function addCounts(counted: Partial<PurgeCounts>): RawBuilder<unknown> {
  const added = countNames
    .filter((name) => (counted[name] ?? 0) !== 0)
    .map((name) => sql`${sql.raw(name)} = ${sql.raw(name)} + ${counted[name]}`)
  return sql.join([sql`touched_at = now()`, ...added])
}
