import type { ColumnType } from 'kysely'

/**
 * Tokens and, once uploaded, the taken ids. Names and columns are those of the legacy iaas, plus `claimed_at` and
 * `claim_lease`.
 */
export type TokensTable = {
  readonly id: string
  readonly image_id: string
  readonly valid_until: ColumnType<Date, Date | string, Date | string>
  /** 1 once an upload has claimed the token. */
  readonly used: number
  /** Time at which the upload became durable. */
  readonly uploaded_at: Date | null
  /** Time at which an upload claimed the token; null in rows of the legacy iaas. */
  readonly claimed_at: Date | null
  /** Duration of the claim from `claimed_at` on; null in claims of earlier releases. */
  readonly claim_lease: ColumnType<string | null, string, string>
}
