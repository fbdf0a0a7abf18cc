import { type RawBuilder, sql } from 'kysely'
import type { ListedOriginal, OriginalQuery } from '@iaas/common/ports/original-ledger'
import type { Database } from './database.ts'
import { type OriginalRow, isPresent, originalColumns, toListedOriginal } from './original-row.ts'
import { translateErrors } from './translate-errors.ts'

/** Sorts after every character of an id. */
const afterAll = '\u{10FFFF}'

/** Returns a page of the present originals, in the order of one index. */
export async function listOriginals(
  db: Database,
  query: OriginalQuery,
): Promise<readonly ListedOriginal[]> {
  const { rows } = await translateErrors(toListQuery(query).execute(db))
  return rows.map(toListedOriginal)
}

export function toListQuery(query: OriginalQuery): RawBuilder<OriginalRow> {
  const { sort, isDescending, limit } = query
  const direction = sql.raw(isDescending ? 'DESC' : 'ASC')
  // A name of a fixed list, never a text of a client. The bare name is a result of the SELECT, which has no index.
  const column = sql.raw(`originals.${sort}`)
  const order = sort === 'id' ? sql`id ${direction}` : sql`${column} ${direction}, id ${direction}`
  return sql<OriginalRow>`SELECT ${originalColumns} FROM originals
    WHERE ${sql.join([isPresent, ...conditionsOf(query)], sql` AND `)} ORDER BY ${order} LIMIT ${limit}`
}

function conditionsOf(query: OriginalQuery): readonly RawBuilder<unknown>[] {
  const { prefix, format, uploadedAfter, uploadedBefore, minBytes, maxBytes } = query
  const conditions: RawBuilder<unknown>[] = afterPosition(query)
  if (prefix !== undefined) conditions.push(sql`id >= ${prefix} AND id < ${prefix + afterAll}`)
  if (format !== undefined) conditions.push(sql`format = ${format}`)
  if (uploadedAfter !== undefined) conditions.push(sql`uploaded_at > ${uploadedAfter}`)
  if (uploadedBefore !== undefined) conditions.push(sql`uploaded_at < ${uploadedBefore}`)
  if (minBytes !== undefined) conditions.push(sql`bytes >= ${minBytes}::bigint`)
  if (maxBytes !== undefined) conditions.push(sql`bytes <= ${maxBytes}::bigint`)
  return conditions
}

const types = { uploaded_at: sql.raw('timestamptz'), bytes: sql.raw('bigint') }

/** Compares with the whole position, so that inserts before or after it change nothing. */
function afterPosition({ sort, isDescending, after }: OriginalQuery): RawBuilder<unknown>[] {
  if (after === undefined) return []
  const operator = sql.raw(isDescending ? '<' : '>')
  if (sort === 'id') return [sql`id ${operator} ${after.id}`]
  return [sql`(${sql.raw(sort)}, id) ${operator} (${after.value}::${types[sort]}, ${after.id})`]
}
