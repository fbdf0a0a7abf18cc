import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { objectKey } from '@iaas/common/digest'
import { type ImageId, parseImageId } from '@iaas/common/image'
import { testCdn } from '@iaas/testing/cdn'
import { holdLocks, query } from '@iaas/testing/postgres'
import { makeVariant } from '@iaas/testing/variants'
import { createPostgresEpochs } from '../../src/postgres/epochs.ts'
import { createPostgresLinkStore } from '../../src/postgres/link-store.ts'
import { createPostgresReplacements } from '../../src/postgres/replacements.ts'
import { createPostgresTokenStore } from '../../src/postgres/token-store.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

const leaseMs = 60_000
const minute = 60_000
let made = 0

function newId(): ImageId {
  made += 1
  return parseImageId(`replaced "${made}" é`)
}

describe('replacements on PostgreSQL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const open = () => createPostgresReplacements(database.db, { cdn: testCdn, keepSeconds: 100 })
  const epochs = () => createPostgresEpochs(database.db)
  const links = () => createPostgresLinkStore(database.db, { cdn: testCdn })
  const age = (id: ImageId, ms: number) =>
    query(
      database.url,
      `UPDATE replacements SET valid_until = valid_until - $2 * interval '1 ms',
         claimed_at = claimed_at - $2 * interval '1 ms' WHERE image_id = $1`,
      [id, ms],
    )
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: { code: string }) => error.code,
    )

  it('T70 grants one of many tokens, claims and takes of an id at once', async () => {
    const id = newId()
    const issued = await Promise.allSettled(Array.from({ length: 20 }, () => open().issue(id)))
    const tokens = issued.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(tokens).toHaveLength(1)
    expect(await codeOf(open().take(id, leaseMs))).toBe('TOKEN_PENDING')
    const token = tokens[0] ?? ''
    const claims = Array.from({ length: 8 }, () => open().claim(token, id, leaseMs))
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1)
    expect(await codeOf(open().issue(id))).toBe('TOKEN_PENDING')
    expect(await open().complete(token, id)).toBeGreaterThan(0)
    const taken = await Promise.allSettled(
      Array.from({ length: 8 }, () => open().take(id, leaseMs)),
    )
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('grants no claim for another id, an expired token or anything that is none', async () => {
    const [id, other, late] = [newId(), newId(), newId()]
    const token = await open().issue(id)
    expect(await open().claim(token, other, leaseMs)).toBe(false)
    for (const wrong of ['', 'x', 'replace.', 'replace.\0', `replace.${'x'.repeat(9000)}`]) {
      expect(await open().isClaimable(wrong, id)).toBe(false)
      expect(await open().claim(wrong, id, leaseMs)).toBe(false)
    }
    expect(await open().isClaimable(token, id)).toBe(true)
    const lateToken = await open().issue(late)
    await age(late, 16 * minute)
    expect(await open().claim(lateToken, late, leaseMs)).toBe(false)
    await open().issue(late)
  })

  it('T70 lets nothing be replaced whose first upload is not complete', async () => {
    const [id, raced] = [newId(), newId()]
    const first = createPostgresTokenStore(database.db)
    const token = await first.take(id, leaseMs)
    expect(await codeOf(open().issue(id))).toBe('TOKEN_PENDING')
    await first.complete(token, id)
    await open().issue(id)
    const replacing = await open().issue(raced)
    await first.take(raced, leaseMs)
    expect(await open().claim(replacing, raced, leaseMs)).toBe(false)
  })

  it('a claim that is given back may be claimed again, and one that is released is gone', async () => {
    const id = newId()
    const token = await open().issue(id)
    await open().claim(token, id, leaseMs)
    await age(id, 14.5 * minute)
    await open().giveBack(token, id)
    expect(await open().claim(token, id, leaseMs)).toBe(true)
    await open().release(token, id)
    expect(await open().isClaimable(token, id)).toBe(false)
    await open().issue(id)
  })

  it('R74 raises the epoch, deletes the links and notes their objects, all at once', async () => {
    const [replaced, kept] = [makeVariant({ id: newId() }), makeVariant({ id: newId() })]
    const key = objectKey(replaced, 1)
    for (const variant of [replaced, kept]) await links().record(variant, { key }, 1)
    const token = await open().take(replaced.id, leaseMs)
    expect(await open().renew(token, replaced.id, leaseMs)).toBe(true)
    expect(await links().count(replaced.id, 9)).toBe(1)
    const epoch = await open().complete(token, replaced.id)
    expect(await epochs().of(replaced.id)).toEqual({ epoch, isGone: false })
    expect([await links().count(replaced.id, 9), await links().count(kept.id, 9)]).toEqual([0, 1])
    expect(await links().record(replaced, { key }, 2)).toBe('fenced')
    const { rows } = await query(
      database.url,
      `SELECT key, purge, due_at > now() + interval '90 s' AS later FROM unlinked_objects
       WHERE image = $1`,
      [replaced.id],
    )
    expect(rows).toEqual([{ key, purge: '', later: true }])
  })

  it('T70 ends tokens and claims of an original that is deleted, or whose id is freed', async () => {
    const [pending, claimed, freed] = [newId(), newId(), newId()]
    const token = await open().issue(pending)
    const claim = await open().take(claimed, leaseMs)
    const late = await open().take(freed, leaseMs)
    await epochs().raise([pending, claimed], { gone: true })
    await epochs().raise([freed], { gone: false })
    expect(await open().isClaimable(token, pending)).toBe(false)
    expect(await open().renew(claim, claimed, leaseMs)).toBe(false)
    expect(await open().complete(claim, claimed)).toBeUndefined()
    expect(await open().renew(late, freed, leaseMs)).toBe(false)
  })

  it('a purge of the original does not end a claim', async () => {
    const id = newId()
    const token = await open().take(id, leaseMs)
    await epochs().raise([id], { unlink: true })
    expect(await open().renew(token, id, leaseMs)).toBe(true)
    expect(await open().complete(token, id)).toBeGreaterThan(0)
  })

  it('F53 raises the epoch of an original whose claim has expired, once, and of no other', async () => {
    const [killed, working, expired, idle] = [newId(), newId(), newId(), newId()]
    const variant = makeVariant({ id: killed })
    await links().record(variant, { address: 'old' }, 1)
    await open().take(killed, leaseMs)
    await age(killed, 2 * minute)
    const token = await open().take(working, leaseMs)
    await open().issue(expired)
    await age(expired, 16 * minute)
    const waiting = await open().issue(idle)
    expect(await open().sweep()).toBe(2)
    expect((await epochs().of(killed)).epoch).toBeGreaterThan(0)
    expect(await links().count(killed, 9)).toBe(0)
    for (const id of [working, expired, idle]) expect((await epochs().of(id)).epoch).toBe(0)
    expect(await open().sweep()).toBe(0)
    expect(await open().renew(token, working, leaseMs)).toBe(true)
    expect(await open().claim(waiting, idle, leaseMs)).toBe(true)
    await open().issue(killed)
  })

  it('F53 waits for no recorder of links if no claim has expired', async () => {
    await open().take(newId(), leaseMs)
    const record = 'SELECT pg_advisory_xact_lock_shared(1767989619, 0)'
    await using _recording = await holdLocks(database.url, record)
    expect(await open().sweep()).toBe(0)
  })

  it('F53 switches no file for a claim that has expired, and raises the epoch if one was switched', async () => {
    const id = newId()
    const token = await open().take(id, leaseMs)
    await age(id, 2 * minute)
    expect(await open().renew(token, id, leaseMs)).toBe(false)
    await open().sweep()
    const swept = await epochs().of(id)
    const epoch = await open().complete(token, id)
    expect(epoch).toBeGreaterThan(swept.epoch)
  })
})
