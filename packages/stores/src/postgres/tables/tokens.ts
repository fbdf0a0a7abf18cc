import type { ColumnType } from 'kysely'

/** The tokens and, once uploaded, the ids that are taken. Names and columns are the seed's, but for `claimed_at` and `claim_lease`. */
export type TokensTable = {
  readonly id: string
  readonly image_id: string
  readonly valid_until: ColumnType<Date, Date | string, Date | string>
  /** 1 once an upload has taken the token. */
  readonly used: number
  /** When the upload became durable. */
  readonly uploaded_at: Date | null
  /** When the upload took the token; null in rows that the seed wrote. */
  readonly claimed_at: Date | null
  /** How long the claim lasts from `claimed_at` on; null in claims of earlier releases. */
  readonly claim_lease: ColumnType<string | null, string, string>
}
