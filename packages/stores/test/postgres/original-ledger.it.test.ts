import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type ImageId, parseImageId } from '@iaas/common/image'
import type { DueOriginal, ListedOriginal } from '@iaas/common/ports/original-ledger'
import { query } from '@iaas/testing/postgres'
import { createPostgresEpochs } from '../../src/postgres/epochs.ts'
import { createPostgresOriginalLedger } from '../../src/postgres/original-ledger.ts'
import { createPostgresTokenStore } from '../../src/postgres/token-store.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

let count = 0
const newId = () => parseImageId(`original ${++count}`)

function makeOriginal(id: ImageId, version = '1.a'): ListedOriginal {
  const info = { format: 'jpg', size: { width: 3, height: 2 } } as const
  return { id, version, size: 10, modifiedAt: new Date('2026-11-30T21:49:29.687Z'), info }
}

describe('ledger of originals on PostgreSQL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const ledger = () => createPostgresOriginalLedger(database.db)
  const tokens = () => createPostgresTokenStore(database.db)
  const epochs = () => createPostgresEpochs(database.db)
  const upload = async (id: ImageId) => {
    await tokens().complete(await tokens().take(id, 60_000), id)
  }
  const due = async (id: ImageId): Promise<DueOriginal> => {
    const found = await ledger().findDue(id)
    if (found === undefined) throw new Error('The row is not due.')
    return found
  }
  const find = async (id: ImageId) => {
    const listed = await ledger().list({ limit: 2, sort: 'id', isDescending: false, prefix: id })
    return listed.find((each) => each.id === id)
  }
  const uploadAndSettle = async (id: ImageId) => {
    await upload(id)
    await ledger().settle(await due(id), makeOriginal(id))
  }

  it('R83 marks an original in the transaction that completes its upload', async () => {
    const id = newId()
    const token = await tokens().take(id, 60_000)
    expect(await ledger().findDue(id)).toBeUndefined()
    await tokens().complete(token, id)
    await ledger().settle(await due(id), makeOriginal(id))
    expect([await find(id), await ledger().findDue(id)]).toEqual([makeOriginal(id), undefined])
  })

  it('R83 settles nothing that was read before the last change', async () => {
    const id = newId()
    await upload(id)
    const early = await due(id)
    await epochs().raise([id])
    await ledger().settle(await due(id), makeOriginal(id, '1.b'))
    await ledger().settle(early, makeOriginal(id, '1.a'))
    await ledger().settle(early, undefined)
    expect((await find(id))?.version).toBe('1.b')
  })

  it('R83 lists no deleted original, although its file is still found', async () => {
    const id = newId()
    await uploadAndSettle(id)
    await ledger().mark(id)
    const early = await due(id)
    await epochs().raise([id], { gone: true })
    expect(await find(id)).toBeUndefined()
    await ledger().settle(early, makeOriginal(id))
    await ledger().mark(id)
    await ledger().settle(await due(id), makeOriginal(id))
    expect(await find(id)).toBeUndefined()
    const { rows } = await query(database.url, 'SELECT deleted_at FROM originals WHERE id = $1', [
      id,
    ])
    expect(rows).toEqual([{ deleted_at: expect.any(Date) }])
  })

  it('lists the next original of a freed id', async () => {
    const id = newId()
    await uploadAndSettle(id)
    await epochs().raise([id], { gone: true })
    await query(database.url, 'DELETE FROM tokens WHERE image_id = $1', [id])
    await epochs().raise([id], { gone: false })
    await ledger().settle(await due(id), undefined)
    expect(await find(id)).toBeUndefined()
    await upload(id)
    await ledger().settle(await due(id), makeOriginal(id, '1.c'))
    expect((await find(id))?.version).toBe('1.c')
  })

  it('R83 marks the id of a claim whose process was killed, and forgets it if nothing was stored', async () => {
    const id = newId()
    await tokens().take(id, 0)
    await tokens().sweep(0)
    await ledger().settle(await due(id), undefined)
    const { rows } = await query(database.url, 'SELECT 1 FROM originals WHERE id = $1', [id])
    expect(rows).toEqual([])
  })

  it('gives each row that is due to one process', async () => {
    await query(database.url, 'DELETE FROM originals')
    const ids = [newId(), newId(), newId(), newId()]
    for (const id of ids) await ledger().mark(id)
    await query(database.url, 'UPDATE originals SET due_at = now()')
    const taken = await Promise.all([ledger().takeDue(2), ledger().takeDue(2), ledger().takeDue(2)])
    expect(
      taken
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(ids.toSorted())
  })

  it('takes over what was uploaded before it, in pages that wait for each other', async () => {
    const ids = [newId(), newId(), newId()]
    for (const id of ids) await upload(id)
    await query(database.url, 'DELETE FROM originals')
    await query(database.url, "UPDATE backfills SET position = '', finished_at = NULL")
    const { rows } = await query(
      database.url,
      'SELECT count(*)::int AS count FROM tokens WHERE used = 1',
    )
    const all = Number(rows[0]?.['count'])
    let found = 0
    for (let page = 0; page < all + 2; page += 1) {
      found += await ledger().takeOver(2)
      for (const each of await ledger().takeDue(2))
        await ledger().settle(each, makeOriginal(each.id))
    }
    expect(found).toBe(all)
    expect(await Promise.all(ids.map(find))).toEqual(ids.map((id) => makeOriginal(id)))
    expect(await ledger().takeOver(2)).toBe(0)
  })

  it('waits with taking over while enough rows are due', async () => {
    await query(database.url, "UPDATE backfills SET position = '', finished_at = NULL")
    await query(database.url, 'UPDATE originals SET due_at = now()')
    expect(await ledger().takeOver(2)).toBe(0)
  })
})
