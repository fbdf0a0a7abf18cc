import { randomUUID } from 'node:crypto'
import { query } from '@iaas/testing/postgres'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPostgresRepeatableCalls } from '../../src/postgres/repeatable-calls.ts'
import { type TestDatabase, openDatabase } from './_database.ts'

const answer = { status: 201, body: { token: 'x', list: [1, null] } }

function makeCall(changes: object = {}) {
  const key = `key "${randomUUID()}" é`
  return { caller: 'shop', key, fingerprint: 'f', attempt: randomUUID(), ...changes }
}

describe('repeatable calls on PostgreSQL', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  const open = () => createPostgresRepeatableCalls(database.db)
  const age = (key: string, time: string) =>
    query(
      database.url,
      'UPDATE repeatable_calls SET begun_at = begun_at - $2::interval WHERE key = $1',
      [key, time],
    )

  it('T80 lets one of many attempts begin', async () => {
    const call = makeCall()
    const attempts = Array.from({ length: 20 }, () => ({ ...call, attempt: randomUUID() }))
    const begun = await Promise.all(attempts.map((attempt) => open().begin(attempt)))
    expect(begun.filter((each) => each === 'begun')).toHaveLength(1)
    expect(begun.filter((each) => each === 'running')).toHaveLength(19)
  })

  it('gives repetitions the answer, and other requests none', async () => {
    const call = makeCall()
    await open().begin(call)
    await open().keep(call, answer)
    expect(await open().begin({ ...call, attempt: 'again' })).toEqual({ answer })
    expect(await open().begin({ ...call, fingerprint: 'g' })).toBe('other')
    expect(await open().begin({ ...call, caller: 'another key' })).toBe('begun')
  })

  it('begins again what ended without an answer', async () => {
    const call = makeCall()
    await open().begin(call)
    await open().forget({ ...call, attempt: 'of somebody else' })
    expect(await open().begin(call)).toBe('running')
    await open().forget(call)
    expect(await open().begin({ ...call, fingerprint: 'g' })).toBe('begun')
  })

  it('T80 takes a call over from a killed process, whose late answer does not count', async () => {
    const call = makeCall()
    const other = { ...call, attempt: 'of the other process' }
    await open().begin(call)
    await age(call.key, '119 seconds')
    expect(await open().begin(other)).toBe('running')
    await age(call.key, '2 seconds')
    expect(await open().begin({ ...other, fingerprint: 'g' })).toBe('other')
    expect(await open().begin(other)).toBe('begun')
    await open().keep(call, { status: 500 })
    await open().keep(other, answer)
    expect(await open().begin(call)).toEqual({ answer })
  })

  it('forgets answers after a day', async () => {
    const [kept, old] = [makeCall(), makeCall()]
    for (const call of [kept, old]) {
      await open().begin(call)
      await open().keep(call, answer)
    }
    await age(old.key, '25 hours')
    expect(await open().begin({ ...old, fingerprint: 'g' })).toBe('begun')
    await age(old.key, '25 hours')
    await open().sweep()
    expect(await open().begin(kept)).toEqual({ answer })
    const { rows } = await query(database.url, 'SELECT 1 FROM repeatable_calls WHERE key = $1', [
      old.key,
    ])
    expect(rows).toEqual([])
  })
})
