import { sql } from 'kysely'
import type { ImageId, OriginalFormat } from '@iaas/common/image'
import type { ListedOriginal, OriginalInfo } from '@iaas/common/ports/original-ledger'

/** Columns of a present original. */
export type OriginalRow = {
  readonly id: ImageId
  readonly version: string
  readonly bytes: number
  readonly uploaded_at: Date
} & InfoRow

/** All null if the image could not be read. */
export type InfoRow = {
  readonly format: OriginalFormat | null
  readonly width: number | null
  readonly height: number | null
}

export const originalColumns = sql.raw(
  'id, version, bytes::float8 AS bytes, uploaded_at, format, width, height',
)

/** Matches the partial indexes. */
export const isPresent = sql.raw('version IS NOT NULL AND deleted_at IS NULL')

export function toListedOriginal(row: OriginalRow): ListedOriginal {
  const { id, version, bytes, uploaded_at } = row
  return { id, version, size: bytes, modifiedAt: uploaded_at, info: toInfo(row) }
}

export function toInfo({ format, width, height }: InfoRow): OriginalInfo | undefined {
  if (format === null || width === null || height === null) return undefined
  return { format, size: { width, height } }
}
