import type { ColumnType } from 'kysely'

/** The links. Names and columns are the seed's; one row a stored variant. */
export type ImagesTable = {
  readonly id: string
  readonly x: number
  readonly y: number
  readonly fit: string
  /** The MIME type of the variant. */
  readonly file_type: string
  readonly url: string
  readonly blur: boolean
  /** 0 to 100; -1 for the quality of the original. */
  readonly quality: number
  readonly rendered_at: ColumnType<Date | null, Date | null, Date | null>
}
