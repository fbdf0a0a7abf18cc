import { sql } from 'kysely'
import { type VariantKey, variantKey } from '@iaas/common/image'
import type { RecordOutcome } from '@iaas/common/ports/link-store'
import type { Database } from './database.ts'
import { linkColumnNames, toColumns } from './link-row.ts'
import { globalId } from './raise-epochs.ts'
import type { CompactRecord, LinkRecord } from './link-record.ts'
import { insertCompactLinks } from './record-compact-links.ts'
import { translateErrors } from './translate-errors.ts'

/**
 * Records several links with one statement. The rendition of the highest epoch wins, and the latest one in it. Returns the
 * outcome of each.
 */
export async function recordLinks(
  db: Database,
  records: readonly LinkRecord[],
): Promise<readonly RecordOutcome[]> {
  const latest = latestOfEach(records)
  const recorded = await insertBoth(db, inOrder(latest))
  // A record that another of the same epoch supersedes shares its outcome.
  const isSettled = ({ variant, epoch }: LinkRecord) => {
    const winner = latest.get(variantKey(variant))
    return winner !== undefined && winner.epoch === epoch && recorded.has(winner)
  }
  const others = records.filter((record) => !isSettled(record))
  const fenced = others.length === 0 ? new Set() : await findFenced(db, others)
  return records.map((record) => (fenced.has(record) ? 'fenced' : 'recorded'))
}

async function insertBoth(
  db: Database,
  records: readonly LinkRecord[],
): Promise<ReadonlySet<LinkRecord>> {
  const short = records.filter((record): record is CompactRecord => record.file !== undefined)
  const long = records.filter(({ file }) => file === undefined)
  return new Set([...(await insertCompactLinks(db, short)), ...(await insertLinks(db, long))])
}

/** Returns the records that were written. The trigger of the fence leaves out those of a lower epoch. */
async function insertLinks(
  db: Database,
  records: readonly LinkRecord[],
): Promise<ReadonlySet<LinkRecord>> {
  if (records.length === 0) return new Set()
  const query = db
    .insertInto('images')
    .values(records.map(toRow))
    .onConflict((conflict) =>
      conflict
        .columns([...linkColumnNames])
        .doUpdateSet((eb) => ({
          url: eb.ref('excluded.url'),
          rendered_at: eb.ref('excluded.rendered_at'),
          epoch: eb.ref('excluded.epoch'),
        }))
        // Rows of the legacy iaas may have no time; any time is newer.
        .where(
          sql<boolean>`images.rendered_at is null or images.rendered_at < excluded.rendered_at
            or coalesce(images.epoch, 0) < coalesce(excluded.epoch, 0)`,
        ),
    )
    .returning('url')
  const urls = new Set((await translateErrors(query.execute())).map(({ url }) => url))
  return new Set(records.filter(({ url }) => urls.has(url)))
}

/** Returns the records whose original is in a higher epoch now, or gone. The others lost to a later rendition. */
async function findFenced(
  db: Database,
  records: readonly LinkRecord[],
): Promise<ReadonlySet<LinkRecord>> {
  const ids = [globalId, ...records.map(({ variant }) => variant.id)]
  const query = sql<{ id: string; epoch: number; isGone: boolean }>`
    SELECT id, epoch::float8 AS epoch, is_gone AS "isGone" FROM epochs WHERE id = any(${ids}::text[])`
  const { rows } = await translateErrors(query.execute(db))
  const isFenced = ({ variant, epoch }: LinkRecord) =>
    rows.some((row) => [globalId, variant.id].includes(row.id) && (row.isGone || row.epoch > epoch))
  return new Set(records.filter(isFenced))
}

function toRow({ variant, url, renderedAt, epoch }: LinkRecord) {
  // No value for epoch 0, which takes no space.
  const noted = epoch === 0 ? null : String(epoch)
  return { ...toColumns(variant), url, rendered_at: new Date(renderedAt), epoch: noted }
}

/** Keeps the latest record of each variant. PostgreSQL rejects a statement that would write a row twice. */
function latestOfEach(records: readonly LinkRecord[]): ReadonlyMap<VariantKey, LinkRecord> {
  const latest = new Map<VariantKey, LinkRecord>()
  for (const record of records) {
    const key = variantKey(record.variant)
    const known = latest.get(key)
    if (known === undefined || isLater(record, known)) latest.set(key, record)
  }
  return latest
}

function isLater(one: LinkRecord, other: LinkRecord): boolean {
  return one.epoch === other.epoch ? one.renderedAt > other.renderedAt : one.epoch > other.epoch
}

/** Sorts the records: uploaders that lock the same rows in different orders would deadlock. */
function inOrder(records: ReadonlyMap<VariantKey, LinkRecord>): readonly LinkRecord[] {
  const byKey = [...records].sort(([one], [other]) => (one < other ? -1 : 1))
  return byKey.map(([, record]) => record)
}
