import type { ColumnType } from 'kysely'
import type { LinkColumns } from '../link-row.ts'

/** Links: one row per stored variant. Names and columns are those of the legacy iaas. */
export type ImagesTable = LinkColumns & {
  readonly url: string
  readonly rendered_at: ColumnType<Date | null, Date | null, Date | null>
}
