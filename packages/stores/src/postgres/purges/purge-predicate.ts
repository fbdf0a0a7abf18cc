import { type RawBuilder, sql } from 'kysely'
import { formats, type Variant } from '@iaas/common/image'
import type { Purge } from '@iaas/common/ports/purges'
import { nameOf } from '../compact-link.ts'
import type { LinkCondition } from '../delete-links.ts'
import { linkColumnNames, linkColumns, type LinkColumns, toColumns } from '../link-row.ts'

/** Columns that a preset decides. */
const expandedNames = linkColumnNames.filter((name) => name !== 'id')

/** Columns of a variant that a preset stands for, and its name in `links`. */
export type Expansion = Omit<LinkColumns, 'id'> & { readonly name: string }

export function toExpansion(variant: Variant): Expansion {
  const { id: _id, ...columns } = toColumns(variant)
  return { ...columns, name: nameOf(variant) }
}

/** Returns the conditions for the rows that a purge removes, apart from the ids that it names. */
export function isSelected({ id, selector, below }: Purge): LinkCondition {
  const isBelow = (selected: RawBuilder<boolean>) =>
    below === undefined ? selected : sql<boolean>`(${selected} AND coalesce(epoch, 0) < ${below})`
  return { images: isBelow(isLong(selector, id)), links: isBelow(isShort(selector, id)) }
}

/** Ends a file, after the name of its variant: epoch, time, code and format. */
const endOfFile = String.raw`(-e[0-9]+)?-[0-9a-z]+-[0-9a-f]{16}(\.[0-9a-z]+)$`

function isShort(selector: Purge['selector'], purge: string): RawBuilder<boolean> {
  if ('format' in selector) {
    const end = `.${formats[selector.format].extensions[0]}`
    return sql`right(file, ${end.length}::int) = ${end}`
  }
  if ('preset' in selector) {
    const name = sql`regexp_replace(file, ${endOfFile}, ${String.raw`\2`})`
    return sql`${name} IN (SELECT name FROM jsonb_to_recordset(
      (SELECT expansions FROM purges WHERE id = ${purge})) AS expanded (name text))`
  }
  return isLong(selector, purge)
}

function isLong(selector: Purge['selector'], purge: string): RawBuilder<boolean> {
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
