import { AppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Token, TokenStore } from '@iaas/common/ports/token-store'

type Row = {
  readonly token: Token
  readonly validUntil: number
  readonly claimedAt: number | undefined
  readonly leaseMs: number
  readonly isUploaded: boolean
}

const lifeMs = 15 * 60_000

/** Creates a token store in memory. `now` returns ms since the epoch, the only clock. */
export function createFakeTokenStore(now: () => number): TokenStore {
  const rows = new Map<ImageId, Row>()
  let issued = 0

  function findClaimed(token: string, id: ImageId): Row | undefined {
    const row = rows.get(id)
    return row?.token === token && row.claimedAt !== undefined ? row : undefined
  }

  function findClaimable(token: string, id: ImageId): Row | undefined {
    const row = rows.get(id)
    const isGood = row?.token === token && row.claimedAt === undefined && row.validUntil >= now()
    return isGood ? row : undefined
  }

  function explainRefusal({ isUploaded, claimedAt, leaseMs, validUntil }: Row): AppError {
    if (isUploaded)
      return new AppError('ID_TAKEN', 'An image with this id already exists. Choose another id.')
    const endsAt = claimedAt === undefined ? validUntil : claimedAt + leaseMs
    const retryAfterSeconds = Math.max(1, Math.ceil((endsAt - now()) / 1000))
    return new AppError('TOKEN_PENDING', 'The id has a token already.', { retryAfterSeconds })
  }

  function add(id: ImageId, claim: Pick<Row, 'claimedAt' | 'leaseMs'>): Token {
    const row = rows.get(id)
    const isFree = row === undefined || (row.claimedAt === undefined && row.validUntil < now())
    if (!isFree) throw explainRefusal(row)
    issued += 1
    const token = `token-${issued}` as Token
    rows.set(id, { token, validUntil: now() + lifeMs, ...claim, isUploaded: false })
    return token
  }

  return {
    async issue(id) {
      return add(id, { claimedAt: undefined, leaseMs: 0 })
    },
    async take(id, leaseMs) {
      return add(id, { claimedAt: now(), leaseMs })
    },
    async isClaimable(token, id) {
      return findClaimable(token, id) !== undefined
    },
    async claim(token, id, leaseMs) {
      const row = findClaimable(token, id)
      if (row === undefined) return false
      rows.set(id, { ...row, claimedAt: now(), leaseMs })
      return true
    },
    async complete(token, id) {
      const row = findClaimed(token, id)
      if (row === undefined) return false
      rows.set(id, { ...row, isUploaded: true })
      return true
    },
    async giveBack(token, id) {
      const row = findClaimed(token, id)
      if (row === undefined || row.isUploaded) return
      const validUntil = Math.max(row.validUntil, now() + 60_000)
      rows.set(id, { ...row, claimedAt: undefined, validUntil })
    },
    async release(token, id) {
      if (findClaimed(token, id)?.isUploaded === false) rows.delete(id)
    },
    async sweep() {
      const ended = [...rows].filter(([, { claimedAt, leaseMs, isUploaded, validUntil }]) =>
        claimedAt === undefined ? validUntil < now() : !isUploaded && claimedAt < now() - leaseMs,
      )
      for (const [id] of ended) rows.delete(id)
      return ended.length
    },
  }
}
