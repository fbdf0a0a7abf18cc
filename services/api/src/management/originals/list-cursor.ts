import { AppError } from '@iaas/common/errors'
import type {
  ListedOriginal,
  OriginalPosition,
  OriginalSort,
} from '@iaas/common/ports/original-ledger'
import { z } from 'zod'

const id = z.string().regex(/^\P{C}{1,1000}$/u)

/** A cursor is a text of a client: its values are compared only, and have the types of their columns. */
const positions = {
  id: z.tuple([z.literal('id'), id, id]),
  uploaded_at: z.tuple([z.literal('uploaded_at'), z.iso.datetime(), id]),
  bytes: z.tuple([z.literal('bytes'), z.int().min(0), id]),
} as const

/** Returns the cursor of the page after an item. */
export function formatCursor(sort: OriginalSort, last: ListedOriginal): string {
  const position = [sort, valueOf(sort, last), last.id]
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** @throws AppError INVALID_REQUEST if it is not a cursor of a list in this order */
export function parseCursor(sort: OriginalSort, cursor: string): OriginalPosition {
  const result = positions[sort].safeParse(readJson(cursor))
  if (!result.success) {
    const message =
      'The parameter "cursor": must be the "next" of an earlier page with the same "sort".'
    throw new AppError('INVALID_REQUEST', message)
  }
  const [, value, lastId] = result.data
  return { value, id: lastId }
}

function valueOf(sort: OriginalSort, { id: lastId, size, modifiedAt }: ListedOriginal) {
  if (sort === 'bytes') return size
  return sort === 'id' ? lastId : modifiedAt.toISOString()
}

function readJson(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown
  } catch {
    return undefined
  }
}
