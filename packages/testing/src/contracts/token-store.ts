import { describe, expect, it } from '@jest/globals'
import { type ImageId, parseImageId } from '@iaas/common/image'
import type { TokenStore } from '@iaas/common/ports/token-store'

export type OpenedTokenStore = {
  readonly tokens: TokenStore
  /** Ages the rows of an id, ms. */
  readonly age: (id: ImageId, ms: number) => Promise<void>
}

const minute = 60_000
const leaseMs = 2 * minute
let made = 0

function newId(): ImageId {
  made += 1
  return parseImageId(`id ${process.pid} ${made}`)
}

/** Contract of every token store. */
export function describeTokenStore(name: string, open: () => OpenedTokenStore): void {
  describe(`${name} keeps to the contract of a token store`, () => {
    it('issues a token that can be claimed once', async () => {
      const { tokens } = open()
      const id = newId()
      const token = await tokens.issue(id)
      expect(await tokens.claim(token, id, leaseMs)).toBe(true)
      expect(await tokens.claim(token, id, leaseMs)).toBe(false)
    })

    it('of eight claims at once, one is granted', async () => {
      const { tokens } = open()
      const id = newId()
      const token = await tokens.issue(id)
      const granted = await Promise.all(
        Array.from({ length: 8 }, () => tokens.claim(token, id, leaseMs)),
      )
      expect(granted.filter(Boolean)).toHaveLength(1)
    })

    it('of thirty requests for the same id at once, one gets a token', async () => {
      const { tokens } = open()
      const id = newId()
      const issued = await Promise.allSettled(Array.from({ length: 30 }, () => tokens.issue(id)))
      expect(issued.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const refusals = issued.flatMap((one) =>
        one.status === 'rejected' ? [one.reason as unknown] : [],
      )
      expect(
        refusals.every((reason) => (reason as { code?: string }).code === 'TOKEN_PENDING'),
      ).toBe(true)
    })

    it('grants no claim for another id, an unknown token or anything that is none', async () => {
      const { tokens } = open()
      const [id, other] = [newId(), newId()]
      const token = await tokens.issue(id)
      expect(await tokens.claim(token, other, leaseMs)).toBe(false)
      for (const wrong of [
        '',
        'unknown',
        '\u0000',
        'a\u0000b',
        '\ud800',
        'x'.repeat(8192),
        "' or 1=1",
      ]) {
        expect(await tokens.isClaimable(wrong, id)).toBe(false)
        expect(await tokens.claim(wrong, id, leaseMs)).toBe(false)
      }
      expect(await tokens.isClaimable(token, newId())).toBe(false)
      expect(await tokens.isClaimable(token, id)).toBe(true)
      expect(await tokens.claim(token, id, leaseMs)).toBe(true)
      expect(await tokens.isClaimable(token, id)).toBe(false)
    })

    it('a token is good for 15 minutes, and its id free afterwards', async () => {
      const { tokens, age } = open()
      const [id, late] = [newId(), newId()]
      const token = await tokens.issue(id)
      await age(id, 14 * minute)
      expect(await tokens.claim(token, id, leaseMs)).toBe(true)
      const lateToken = await tokens.issue(late)
      await age(late, 16 * minute)
      expect(await tokens.isClaimable(lateToken, late)).toBe(false)
      expect(await tokens.claim(lateToken, late, leaseMs)).toBe(false)
      expect(await tokens.claim(await tokens.issue(late), late, leaseMs)).toBe(true)
    })

    it('tells when an id that has a token, or an upload on its way, may be asked for again', async () => {
      const { tokens, age } = open()
      const id = newId()
      const refusal = () =>
        tokens.issue(id).then(
          () => undefined,
          (error: { code: string; retryAfterSeconds?: number }) => error,
        )
      const token = await tokens.issue(id)
      expect(await refusal()).toMatchObject({ code: 'TOKEN_PENDING' })
      expect((await refusal())?.retryAfterSeconds).toBeGreaterThan(14 * 60)
      await age(id, 14 * minute)
      expect((await refusal())?.retryAfterSeconds).toBeLessThanOrEqual(60)
      await tokens.claim(token, id, 5 * minute)
      expect(await refusal()).toMatchObject({ code: 'TOKEN_PENDING' })
      expect((await refusal())?.retryAfterSeconds).toBeGreaterThan(4 * 60)
      await tokens.complete(token, id)
      expect(await refusal()).toMatchObject({ code: 'ID_TAKEN' })
    })

    it('an id whose upload is complete is taken for ever', async () => {
      const { tokens, age } = open()
      const id = newId()
      const token = await tokens.issue(id)
      await tokens.claim(token, id, leaseMs)
      expect(await tokens.complete(token, id)).toBe(true)
      await tokens.release(token, id)
      await age(id, 365 * 24 * 60 * minute)
      await tokens.sweep(minute)
      await expect(tokens.issue(id)).rejects.toMatchObject({ code: 'ID_TAKEN' })
    })

    it('completes nothing that is not claimed', async () => {
      const { tokens } = open()
      const id = newId()
      const token = await tokens.issue(id)
      expect(await tokens.complete(token, id)).toBe(false)
      expect(await tokens.complete('unknown', id)).toBe(false)
    })

    it('a claim that is released frees its id at once', async () => {
      const { tokens } = open()
      const id = newId()
      const token = await tokens.issue(id)
      await tokens.claim(token, id, leaseMs)
      await tokens.release(token, id)
      expect(await tokens.complete(token, id)).toBe(false)
      expect(await tokens.claim(await tokens.issue(id), id, leaseMs)).toBe(true)
    })

    it('a claim that is given back may be claimed again, for a minute at least', async () => {
      const { tokens, age } = open()
      const id = newId()
      const token = await tokens.issue(id)
      await tokens.claim(token, id, leaseMs)
      await tokens.giveBack(token, id)
      expect(await tokens.complete(token, id)).toBe(false)
      expect(await tokens.isClaimable(token, id)).toBe(true)
      await tokens.claim(token, id, leaseMs)
      await age(id, 16 * minute)
      await tokens.giveBack(token, id)
      expect(await tokens.claim(token, id, leaseMs)).toBe(true)
      await tokens.complete(token, id)
      await tokens.giveBack(token, id)
      expect(await tokens.isClaimable(token, id)).toBe(false)
    })

    it('takes a free id once among many at once, as if a token of it had been claimed', async () => {
      const { tokens, age } = open()
      const id = newId()
      const taken = await Promise.allSettled(
        Array.from({ length: 20 }, () => tokens.take(id, leaseMs)),
      )
      const won = taken.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      const refusals = taken.flatMap((one) =>
        one.status === 'rejected' ? [(one.reason as { code?: string }).code] : [],
      )
      expect([won.length, new Set(refusals)]).toEqual([1, new Set(['TOKEN_PENDING'])])
      const token = won[0] ?? ''
      expect(await tokens.claim(token, id, leaseMs)).toBe(false)
      expect(await tokens.complete(token, id)).toBe(true)
      await expect(tokens.take(id, leaseMs)).rejects.toMatchObject({ code: 'ID_TAKEN' })
      const [pending, expired] = [newId(), newId()]
      await tokens.issue(pending)
      await expect(tokens.take(pending, leaseMs)).rejects.toMatchObject({ code: 'TOKEN_PENDING' })
      await tokens.issue(expired)
      await age(expired, 16 * minute)
      await tokens.release(await tokens.take(expired, leaseMs), expired)
      await tokens.issue(expired)
    })

    it('releases nothing but a claim', async () => {
      const { tokens } = open()
      const id = newId()
      const token = await tokens.issue(id)
      await tokens.release(token, id)
      await tokens.release('unknown', id)
      expect(await tokens.claim(token, id, leaseMs)).toBe(true)
    })

    it('sweeps expired tokens and claims whose lease is over, and nothing else', async () => {
      const { tokens, age } = open()
      const [expired, abandoned, working, live] = [newId(), newId(), newId(), newId()]
      await tokens.issue(expired)
      await age(expired, 16 * minute)
      await tokens.claim(await tokens.issue(abandoned), abandoned, leaseMs)
      await age(abandoned, 5 * minute)
      const large = newId()
      const largeToken = await tokens.issue(large)
      await tokens.claim(largeToken, large, 10 * minute)
      await age(large, 5 * minute)
      const workingToken = await tokens.issue(working)
      await tokens.claim(workingToken, working, leaseMs)
      const liveToken = await tokens.issue(live)
      expect(await tokens.sweep(2 * minute)).toBe(2)
      expect(await tokens.complete(workingToken, working)).toBe(true)
      expect(await tokens.complete(largeToken, large)).toBe(true)
      expect(await tokens.claim(liveToken, live, leaseMs)).toBe(true)
      await tokens.issue(abandoned)
    })
  })
}
