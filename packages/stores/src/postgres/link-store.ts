import { type ExpressionBuilder, sql } from 'kysely'
import { addressOf, toLink } from '@iaas/common/cdn'
import { createBatch } from '@iaas/common/concurrency/batch'
import { isAppError } from '@iaas/common/errors'
import type { ImageId, Variant } from '@iaas/common/image'
import type { Cdn } from '@iaas/common/ports/cdn'
import type { Epoch } from '@iaas/common/ports/epochs'
import type { Link, LinkStore, RecordOutcome } from '@iaas/common/ports/link-store'
import type { Database } from './database.ts'
import { toLinkCount } from './link-count.ts'
import { type CompactColumns, fileOf, toCompactColumns, toCompactLink } from './compact-link.ts'
import { type AskedLink, type FoundLink, toAskedLink, toLinkLookup } from './link-lookup.ts'
import { linkColumnNames, toColumns } from './link-row.ts'
import type { LinkRecord } from './link-record.ts'
import { recordLinks } from './record-links.ts'
import type { Schema } from './tables/schema.ts'
import { translateErrors } from './translate-errors.ts'

/** Maximum number of links per statement. */
const maxRecords = 100
const defaultRecordWaitMs = 5
/** Maximum number of concurrent lookups per statement. */
const maxLookups = 100

export type LinkStoreOptions = {
  /** Maps links to the addresses in the table, which hold whole addresses for builds that know no keys. */
  readonly cdn: Cdn
  /** Writes links in the short form where they have one. Both forms are read in any case. */
  readonly isCompact?: boolean
  /** Time that the first record of a batch waits for others, ms. */
  readonly recordWaitMs?: number
  /** Receives the epoch of each original that was ever raised and whose link is looked up, before `find` resolves. */
  readonly noteEpoch?: (id: ImageId, epoch: Epoch) => void
}

/** Stores links in the tables `images` and `links`. The caller owns the database. */
export function createPostgresLinkStore(db: Database, options: LinkStoreOptions): LinkStore {
  const { cdn, isCompact = false, recordWaitMs = defaultRecordWaitMs } = options
  const { noteEpoch = () => {} } = options
  const record = createBatch<LinkRecord, RecordOutcome>({
    ask: (records) => recordLinks(db, records),
    maxItems: maxRecords,
    waitMs: recordWaitMs,
    isOutage,
  })
  const find = createBatch<Asked, Link | undefined>({
    async ask(asked) {
      const columns = asked.map((each) => each.columns)
      const { rows } = await translateErrors(db.executeQuery(toLinkLookup(columns)))
      columns.forEach(({ id }, place) => {
        const epoch = rows[place]?.epoch
        if (typeof epoch === 'number') noteEpoch(id as ImageId, epoch)
      })
      return rows.map((row, place) => toFoundLink(row, asked[place]?.variant, cdn))
    },
    maxItems: maxLookups,
    isOutage,
  })

  return {
    // Converted before the batch waits, while the changed options of the variant are known.
    find: (variant) => find({ variant, columns: toAskedLink(variant) }),
    record(variant, link, renderedAt, epoch = 0) {
      const file = isCompact ? fileOf(variant, link) : undefined
      return record({ variant, url: addressOf(link, cdn), file, renderedAt, epoch })
    },
    async remove(variant, link) {
      const query = db.deleteFrom('images').where(isRowOf(variant)).where(leadsTo(link))
      await translateErrors(query.execute())
      const file = fileOf(variant, link)
      if (file !== undefined) await translateErrors(removeCompact(variant, file).execute(db))
    },
    async count(id, limit) {
      const { rows } = await translateErrors(db.executeQuery(toLinkCount(id, limit)))
      return rows[0]?.count ?? 0
    },
  }
}

type Asked = { readonly variant: Variant; readonly columns: AskedLink }

function toFoundLink(
  { url, file }: FoundLink,
  variant: Variant | undefined,
  cdn: Cdn,
): Link | undefined {
  if (url !== null) return toLink(url, cdn)
  return file === null || variant === undefined ? undefined : toCompactLink(variant, file)
}

function removeCompact(variant: Variant, file: string) {
  const { image, variant: digest }: CompactColumns = toCompactColumns(variant)
  return sql`DELETE FROM links WHERE image = ${image}::bigint AND variant = ${digest}::bigint
    AND id = ${variant.id} AND file = ${file}`
}

function isOutage(error: unknown): boolean {
  return isAppError(error, 'STORE_UNAVAILABLE', 'STORE_BUSY')
}

/** A key is the end of its address, whatever the host that the row was recorded with. */
function leadsTo({ key, address }: Link) {
  return key === undefined
    ? sql<boolean>`url = ${address}`
    : sql<boolean>`right(url, ${key.length}::int) = ${key}`
}

function isRowOf(variant: Variant) {
  const columns = toColumns(variant)
  return (eb: ExpressionBuilder<Schema, 'images'>) =>
    eb.and(linkColumnNames.map((name) => eb(name, '=', columns[name])))
}
