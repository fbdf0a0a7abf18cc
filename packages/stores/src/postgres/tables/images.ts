import type { ColumnType } from 'kysely'
import type { LinkColumns } from '../link-row.ts'

/** Links: one row per stored variant. Names and columns are those of the legacy iaas, plus `epoch`. */
export type ImagesTable = LinkColumns & {
  readonly url: string
  readonly rendered_at: ColumnType<Date | null, Date | null, Date | null>
  /** Epoch of the original that the variant was rendered from; null: 0. */
  readonly epoch: ColumnType<string | null, string | null, string | null>
}
