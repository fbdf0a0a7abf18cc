import { type RawBuilder, sql } from 'kysely'
import { formats, type Variant } from '@iaas/common/image'
import type { Purge } from '@iaas/common/ports/purges'
import { linkColumnNames, linkColumns, type LinkColumns, toColumns } from '../link-row.ts'

/** Columns that a preset decides. */
const expandedNames = linkColumnNames.filter((name) => name !== 'id')

/** Columns of a variant that a preset stands for. */
export type Expansion = Omit<LinkColumns, 'id'>

export function toExpansion(variant: Variant): Expansion {
  const { id: _id, ...columns } = toColumns(variant)
  return columns
}

/** Returns the condition for the rows of `images` that a purge removes, apart from the ids that it names. */
export function isSelected({ id, selector, below }: Purge): RawBuilder<boolean> {
  const selected = isOfSelector(selector, id)
  return below === undefined ? selected : sql`(${selected} AND coalesce(epoch, 0) < ${below})`
}

function isOfSelector(selector: Purge['selector'], purge: string): RawBuilder<boolean> {
  if ('ids' in selector || 'everything' in selector) return sql`true`
  if ('format' in selector) return sql`file_type = ${formats[selector.format].mime}`
  // starts_with compares literally, unlike LIKE.
  if ('prefix' in selector) return sql`starts_with(id, ${selector.prefix})`
  if ('rendered_before' in selector) {
    return sql`(rendered_at IS NULL OR rendered_at < ${selector.rendered_before}::timestamptz)`
  }
  const names = sql.raw(expandedNames.join(', '))
  const typed = sql.raw(expandedNames.map((name) => `${name} ${linkColumns[name]}`).join(', '))
  return sql`(${names}) IN (SELECT ${names} FROM jsonb_to_recordset(
    (SELECT expansions FROM purges WHERE id = ${purge})) AS expanded (${typed}))`
}

/** Does what `isSelected` does, for renditions that have no row. */
export function createSelects(
  { selector }: Pick<Purge, 'selector'>,
  expansions: readonly Expansion[],
): (variant: Variant, renderedAt: number) => boolean {
  if ('everything' in selector) return () => true
  if ('ids' in selector) {
    const ids: ReadonlySet<string> = new Set(selector.ids)
    return ({ id }) => ids.has(id)
  }
  if ('format' in selector) return ({ format }) => format === selector.format
  if ('prefix' in selector) return ({ id }) => id.startsWith(selector.prefix)
  if ('rendered_before' in selector) {
    const time = Date.parse(selector.rendered_before)
    return (_variant, renderedAt) => renderedAt < time
  }
  return (variant) => {
    const columns = toColumns(variant)
    return expansions.some((each) => expandedNames.every((name) => each[name] === columns[name]))
  }
}
