import type {
  ListedOriginal,
  OriginalLedger,
  OriginalQuery,
  OriginalSort,
} from '@iaas/common/ports/original-ledger'
import type { Handlers } from '../call.ts'
import type { ListedOriginalAnswer, OriginalListQuery } from '../contract/original-list.ts'
import type { ManagementRoutes } from '../contract/routes.ts'
import { formatCursor, parseCursor } from './list-cursor.ts'

/** `GET /originals`. */
export function createListOriginals(
  ledger: Pick<OriginalLedger, 'list'>,
): Handlers<ManagementRoutes>['listOriginals'] {
  return async ({ query }) => {
    const asked = toLedgerQuery(query)
    const { limit, sort } = asked
    // One more than the page has tells whether another page follows.
    const found = await ledger.list({ ...asked, limit: limit + 1 })
    const items = found.slice(0, limit)
    const last = found.length > limit ? items.at(-1) : undefined
    const next = last === undefined ? null : formatCursor(sort, last)
    return { body: { items: items.map(toAnswer), next } }
  }
}

function toLedgerQuery({ cursor, ...query }: OriginalListQuery): OriginalQuery {
  const sort = query.sort.replace(/^-/, '') as OriginalSort
  return {
    limit: query.limit,
    sort,
    isDescending: query.sort.startsWith('-'),
    after: cursor === undefined ? undefined : parseCursor(sort, cursor),
    prefix: query.prefix,
    format: query.format,
    uploadedAfter: query.uploaded_after,
    uploadedBefore: query.uploaded_before,
    minBytes: query.min_bytes,
    maxBytes: query.max_bytes,
  }
}

function toAnswer({ id, version, size, modifiedAt, info }: ListedOriginal): ListedOriginalAnswer {
  return {
    id,
    version,
    format: info?.format ?? null,
    bytes: size,
    width: info?.size.width ?? null,
    height: info?.size.height ?? null,
    uploaded_at: modifiedAt.toISOString(),
  }
}
