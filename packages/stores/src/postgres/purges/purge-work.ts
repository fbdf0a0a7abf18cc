import { type RawBuilder, sql } from 'kysely'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { PurgeFailure, PurgeId, PurgeWork, UnlinkedObject } from '@iaas/common/ports/purges'
import type { Database } from '../database.ts'
import { lockFence, raiseEpochs } from '../raise-epochs.ts'
import { translateErrors } from '../translate-errors.ts'
import { withoutLink } from '../without-link.ts'
import { countLeft, findPage } from './purge-pages.ts'
import { type Expansion, createSelects } from './purge-predicate.ts'
import { type PurgeRow, addCounts, purgeColumns, toPurge } from './purge-row.ts'
import { createPurgedImages } from './purged-images.ts'
import { findPurge, orderPurge } from './purges.ts'
import { claimUnlinked, unlinkVariants } from './unlink.ts'

export type PurgeWorkOptions = { readonly cdn: Pick<Cdn, 'keyOf'> }

const isDue = sql`due_at <= now() AND NOT EXISTS (SELECT FROM purges
  WHERE purges.id = unlinked_objects.purge AND finished_at IS NULL AND state <> 'failed')`

/** Times after which an order is lost: one that was never begun, and one whose work ended; longer than any pause of a job. */
const untaken = sql`interval '10 seconds'`
const forsaken = sql`interval '5 minutes'`

const finished = sql`touched_at = now(), state = 'finished', finished_at = now()`

const settling = (restMs: number) =>
  sql`touched_at = now(), phase = 'settle', cursor = '', rests_until = now() + make_interval(secs => ${restMs / 1000})`

/** Most failures that a receipt names. */
const maxFailures = 20

/** Works on the rows of the purges, their links and their unlinked objects. The caller owns the database. */
export function createPostgresPurgeWork(db: Database, { cdn }: PurgeWorkOptions): PurgeWork {
  async function update(id: PurgeId, changes: RawBuilder<unknown>): Promise<void> {
    await translateErrors(sql`UPDATE purges SET ${changes} WHERE id = ${id}`.execute(db))
  }

  return {
    ...createPurgedImages(db),
    find: (id) => findPurge(db, id),
    order: (id) => orderPurge(db, id),
    async begin({ purge, run }) {
      const query = sql<PurgeRow>`UPDATE purges SET ${addCounts({})}, runs = ${run},
        started_at = coalesce(started_at, now()) WHERE id = ${purge} AND runs <= ${run}
        RETURNING ${purgeColumns}`
      const { rows } = await translateErrors(query.execute(db))
      return rows[0] && toPurge(rows[0])
    },
    nextPage: (purge, maxLinks) => findPage(db, purge, maxLinks),
    countPage: ({ id, cursor }, page) =>
      update(
        id,
        sql`${addCounts({ images: page.ids.length, links: page.links })}, cursor = ${page.cursor ?? cursor}`,
      ),
    async raiseAll(purge, next) {
      const { id } = purge
      const raised = db.transaction().execute(async (trx) => {
        const epoch = await raiseEpochs(trx, 'all')
        await claimUnlinked(trx, purge)
        await sql`UPDATE purges SET ${addCounts({})}, phase = ${next}, cursor = '', epoch = ${epoch}::bigint,
          below = coalesce(below, ${epoch}::bigint) WHERE id = ${id}`.execute(trx)
      })
      await translateErrors(raised)
    },
    unlink: (purge, ids) =>
      translateErrors(db.transaction().execute((trx) => unlinkVariants(trx, purge, ids, cdn))),
    passPage: ({ id, cursor }, page, originals, restMs) =>
      update(
        id,
        sql`${addCounts({ images: page.ids.length, originals })}, cursor = ${page.cursor ?? cursor},
          rests_until = now() + make_interval(secs => ${restMs / 1000})`,
      ),
    goOn: ({ id }, next, counted = {}) =>
      update(id, sql`${addCounts(counted)}, phase = ${next}, cursor = ''`),
    async unlinked(purge, limit) {
      const which = purge === 'due' ? isDue : sql`purge = ${purge}`
      const query = sql<UnlinkedObject>`SELECT key, image FROM unlinked_objects WHERE ${which}
        ORDER BY image, key LIMIT ${limit}`
      const { rows } = await translateErrors(query.execute(db))
      return purge === 'due' ? keepUnlinked(db, rows) : rows
    },
    async removed(purge, keys, counted = {}) {
      const forgotten = db.transaction().execute(async (trx) => {
        const { rows } = await sql`DELETE FROM unlinked_objects WHERE key = any(${keys}::text[])
          RETURNING key`.execute(trx)
        if (purge === 'due') return
        const counts = addCounts({ ...counted, objects: rows.length })
        await sql`UPDATE purges SET ${counts} WHERE id = ${purge}`.execute(trx)
      })
      await translateErrors(forgotten)
    },
    async selects(purge) {
      const query = sql<{ expansions: readonly Expansion[] | null }>`
        SELECT expansions FROM purges WHERE id = ${purge.id}`
      const { rows } = await translateErrors(query.execute(db))
      return createSelects(purge, rows[0]?.expansions ?? [])
    },
    left: (purge) => countLeft(db, purge),
    noteEffect: ({ id }, waitingFor) =>
      update(
        id,
        waitingFor.length === 0
          ? sql`waiting_for = '{}', effective_at = coalesce(effective_at, now())`
          : sql`waiting_for = ${[...waitingFor]}::text[]`,
      ),
    async noteFailure(id, message) {
      const purge = await findPurge(db, id)
      if (purge === undefined) return
      const failures = JSON.stringify(withFailure(purge.failures, { ...purge, message }))
      await update(id, sql`${addCounts({})}, failures = ${failures}::jsonb`)
    },
    settle: ({ id }, restMs) => update(id, settling(restMs)),
    async free({ id }, ids, restMs) {
      const freed = db.transaction().execute(async (trx) => {
        await lockFence(trx)
        const { rows } =
          await sql`UPDATE purges SET ${settling(restMs)} WHERE id = ${id} AND phase = 'free'
          RETURNING id`.execute(trx)
        if (rows.length === 0) return
        await raiseEpochs(trx, ids, { gone: false })
        await sql`DELETE FROM tokens WHERE image_id = any(${ids}::text[])`.execute(trx)
      })
      await translateErrors(freed)
    },
    async finish({ id }) {
      const ended = db.transaction().execute(async (trx) => {
        await sql`UPDATE purges SET ${finished} WHERE id = ${id} AND finished_at IS NULL`.execute(
          trx,
        )
        await sql`DELETE FROM purged_images WHERE purge = ${id}`.execute(trx)
      })
      await translateErrors(ended)
    },
    fail: ({ id }) =>
      update(
        id,
        sql`touched_at = now(), state = CASE state WHEN 'running' THEN 'failed' ELSE state END`,
      ),
    async lost() {
      const query = sql<{
        id: PurgeId
      }>`SELECT id FROM purges WHERE finished_at IS NULL AND state = 'running'
        AND touched_at < now() - CASE WHEN started_at IS NULL THEN ${untaken} ELSE ${forsaken} END
        AND coalesce(rests_until, now()) <= now() ORDER BY touched_at LIMIT 100`
      const { rows } = await translateErrors(query.execute(db))
      return rows.map(({ id }) => id)
    },
  }
}

/** Counts a failure that is named already. */
function withFailure(
  failures: readonly PurgeFailure[],
  { phase, message }: Pick<PurgeFailure, 'phase' | 'message'>,
): readonly PurgeFailure[] {
  const isSame = (each: PurgeFailure) => each.phase === phase && each.message === message
  const times = (failures.find(isSame)?.times ?? 0) + 1
  const others = failures.filter((each) => !isSame(each))
  return [...others, { phase, message, at: new Date().toISOString(), times }].slice(-maxFailures)
}

/** Forgets objects that have a link again, whoever has recorded it. Returns the others. */
async function keepUnlinked(
  db: Database,
  objects: readonly UnlinkedObject[],
): Promise<readonly UnlinkedObject[]> {
  const keys = objects.map(({ key }) => key)
  const { rows } = await translateErrors(withoutLink(keys).execute(db))
  const unlinked = new Set(rows.map(({ key }) => key))
  const linked = keys.filter((key) => !unlinked.has(key))
  if (linked.length > 0) {
    await translateErrors(
      sql`DELETE FROM unlinked_objects WHERE key = any(${linked}::text[])`.execute(db),
    )
  }
  return objects.filter(({ key }) => unlinked.has(key))
}
