import { sql } from 'kysely'
import { linkColumnNames } from './link-row.ts'

/** The columns of a link in `images`, in a SELECT. */
export const columns = sql.raw(linkColumnNames.join(', '))

/** NULL for each column after `id`, for the rows of another table in a UNION. */
export const noColumns = sql.raw(
  linkColumnNames
    .slice(1)
    .map(() => 'NULL')
    .join(', '),
)
