import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { provideDatabase, query, type Provided } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { call, toApiKeys } from '../management/_api.ts'
import { ask, askUntil } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { colourOf, makeColour } from '../uploads/_replace.ts'

const run = promisify(execFile)
const key = 'a-key'
const root = join(import.meta.dirname, '..', '..')
const scopes = ['originals:read', 'originals:write', 'purge']

/** The tables of a database as `pg_dump` has them: their rows, and the number of epochs. */
async function backUpDatabase(url: string): Promise<void> {
  await query(
    url,
    `CREATE SCHEMA backup;
     DO $$ DECLARE name text; BEGIN
       FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
         EXECUTE format('CREATE TABLE backup.%I AS TABLE public.%I', name, name);
       END LOOP; END $$;
     CREATE TABLE backup.numbers AS SELECT last_value AS value FROM epoch_numbers`,
  )
}

/** Loads the rows before any trigger, as `pg_restore` does. */
async function restoreDatabase(url: string): Promise<void> {
  await query(
    url,
    `SET session_replication_role = replica;
     DO $$ DECLARE name text; BEGIN
       FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
         EXECUTE format('TRUNCATE public.%I', name);
         EXECUTE format('INSERT INTO public.%I SELECT * FROM backup.%I', name, name);
       END LOOP; END $$;
     SELECT setval('epoch_numbers', value) FROM backup.numbers`,
  )
}

describe('a backup from before deletions that is restored', () => {
  let database: Provided
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
  let stack: Stack
  let env: Readonly<Record<string, string>>

  beforeAll(async () => {
    database = await provideDatabase()
    folder = await createTemporaryFolder()
    const apiKeys = toApiKeys({ writer: { key, scopes } })
    env = {
      DATABASE_URL: database.url,
      API_KEYS: apiKeys,
      PLANT_EXAMPLE: 'false',
      CHECKS_PER_MINUTE: '0',
    }
    stack = await start()
    for (const id of ['kept', 'taken', 'freed', 'reused']) {
      await put(id, '#f00')
      await ask(stack.base, `/${id}_20_20.jpg`)
      await askUntil(({ status }) => status === 307, stack.base, `/${id}_20_20.jpg`)
    }
    await backUpDatabase(database.url)
    await tar('-cf')
    await remove('taken')
    await remove('freed', '&free_id=true')
    await remove('reused', '&free_id=true')
    await put('reused', '#00f')
    await stack.stop()
  })
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]()
    await folder?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
  })

  const start = () => startStack({ env, dataDir: join(folder.path, 'data') })
  const originals = () => join(folder.path, 'data', 'originals')
  async function put(id: string, colour: string): Promise<void> {
    const options = { method: 'PUT', body: await makeColour(colour) }
    expect((await call(stack.base, key, `/originals/${id}`, options)).status).toBe(201)
  }
  async function remove(id: string, more = ''): Promise<void> {
    const path = `/originals/${id}?wait=60${more}`
    expect((await call(stack.base, key, path, { method: 'DELETE' })).status).toBe(200)
  }
  /** The command of docs/operations.md. */
  const tar = (mode: '-cf' | '-xf') => {
    const excluded = ['./.incoming', './_copies', './_facts'].map((path) => `--exclude=${path}`)
    const options = mode === '-cf' ? ['--format=posix', ...excluded] : []
    const archive = join(folder.path, 'originals.tar')
    return run('tar', ['-C', originals(), ...options, mode, archive, '.'])
  }
  /** Runs the command, whose purges begin at once instead of after ten seconds. */
  async function replay(...switches: readonly string[]): Promise<string> {
    const args = [join(root, 'services/cli/bin/iaas.mjs'), 'purges', 'replay', ...switches]
    const running = run(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env, DATA_DIR: join(folder.path, 'data'), LOG_LEVEL: 'warn' },
    })
    let hasEnded = false
    void running.finally(() => (hasEnded = true)).catch(() => {})
    const begin = `UPDATE purges SET touched_at = now() - interval '1 minute' WHERE started_at IS NULL`
    await until(async () => {
      await query(database.url, begin)
      return hasEnded
    })
    return (await running).stdout
  }
  const statusOf = async (path: string) => (await ask(stack.base, path)).status
  const statusesOf = (id: string) =>
    Promise.all([`/${id}.jpg`, `/${id}_20_20.jpg`, `/${id}_30_30.jpg`].map(statusOf))
  const linksOf = async (id: string) =>
    (await query(database.url, `SELECT FROM images WHERE id = '${id}'`)).rowCount

  it('F61 of the database: the deletions beside the originals are repeated, and links of deleted images are gone', async () => {
    await restoreDatabase(database.url)
    await using started = await start()
    stack = started
    expect([await linksOf('taken'), await linksOf('reused')]).toEqual([1, 1])
    expect(await replay('--dry-run')).toMatch(/^3 deletions: 1 ids stay taken, 1 are free, 1 have/)
    expect(await linksOf('taken')).toBe(1)
    expect(await replay()).toMatch(/is carried out: 0 originals, 1 links/)
    expect(await statusesOf('taken')).toEqual([410, 410, 410])
    expect(await statusesOf('freed')).toEqual([404, 404, 404])
    expect(await colourOf(await ask(stack.base, '/reused_20_20.jpg'))).toBe('blue')
    expect(await colourOf(await ask(stack.base, '/reused.jpg'))).toBe('blue')
    expect([await linksOf('taken'), await linksOf('freed')]).toEqual([0, 0])
    expect(await statusOf('/kept_20_20.jpg')).toBe(307)
  })

  it('F61 of the originals: the deletions in the database are repeated, and no file of a deleted version stays', async () => {
    await rm(originals(), { recursive: true })
    await run('mkdir', [originals()])
    await tar('-xf')
    await using started = await start()
    stack = started
    expect(await Promise.all(['taken', 'freed'].map((id) => statusOf(`/${id}.jpg`)))).toEqual([
      200, 200,
    ])
    expect(await replay()).toMatch(/is carried out: 2 originals/)
    expect(await statusesOf('taken')).toEqual([410, 410, 410])
    expect(await statusesOf('freed')).toEqual([404, 404, 404])
    // The image that had this id last was not in the backup; the deleted one does not come back for it.
    expect(await statusesOf('reused')).toEqual([404, 404, 404])
    expect(await statusOf('/kept.jpg')).toBe(200)
    expect(await replay()).toMatch(/is carried out: 0 originals/)
    await put('freed', '#0f0')
    await replay()
    expect(await colourOf(await ask(stack.base, '/freed_20_20.jpg'))).toBe('green')
  })
})
