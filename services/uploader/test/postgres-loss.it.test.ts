import { randomUUID } from 'node:crypto'
import { findFreePort } from '@iaas/testing/free-port'
import { provideDatabase, query } from '@iaas/testing/postgres'
import { afterAll, describe, expect, it } from '@jest/globals'
import { createRig, newRendition } from './_rig.ts'

const database = await provideDatabase()
afterAll(() => database[Symbol.asyncDispose]())

describe('an uploader on a PostgreSQL', () => {
  const newName = () => `test_${randomUUID().replaceAll('-', '')}`

  function urlOf(name: string): string {
    const url = new URL(database.url)
    url.pathname = `/${name}`
    return url.href
  }

  it('starts without its database, and works once that is there', async () => {
    const name = newName()
    await using rig = createRig({ kind: 'postgres', url: urlOf(name) })
    await using _uploader = rig.uploader()
    const rendition = newRendition()
    await expect(rig.persist(rendition)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await query(database.url, `CREATE DATABASE ${name}`)
    await rig.persistAtLast(rendition)
    await rig.untilLinked(rendition)
  })

  it('F3 works on after all its connections were cut', async () => {
    const name = newName()
    await query(database.url, `CREATE DATABASE ${name}`)
    await using rig = createRig({ kind: 'postgres', url: urlOf(name) })
    await using _uploader = rig.uploader()
    const [before, after] = [newRendition(), newRendition()]
    await rig.persist(before)
    await rig.untilLinked(before)
    const cut = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1'
    await query(database.url, cut, [name])
    await rig.persistAtLast(after)
    await rig.untilLinked(after)
    expect(rig.objects.size).toBe(2)
  })

  it('ends while that was never there', async () => {
    const url = `postgres://nobody@127.0.0.1:${await findFreePort()}/nothing`
    await using rig = createRig({ kind: 'postgres', url })
    const uploader = rig.uploader({ closeLimitMs: 60_000 })
    await expect(uploader[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })
})
