import type { ColumnType } from 'kysely'

type Time = ColumnType<Date, Date | string, Date | string>

/** Tokens that replace originals, at most one of an id. A row is deleted with the end of its upload. */
export type ReplacementsTable = {
  readonly id: string
  readonly image_id: string
  readonly valid_until: Time
  /** Time at which an upload claimed the token. */
  readonly claimed_at: ColumnType<Date | null, never, Date | null>
  /** Duration of the claim from `claimed_at` on. */
  readonly claim_lease: ColumnType<string | null, never, string | null>
}
