import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'
import { query } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { isRunning } from '@iaas/testing/is-running'
import { until } from '@iaas/testing/until'
import pg from 'pg'
import type { Cluster } from '../src/cluster.ts'
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts'
import { endOrphan } from '../src/orphan.ts'

const compiled = join(import.meta.dirname, '..', 'dist', 'embedded-postgres.js')

let template: Awaited<ReturnType<typeof createTemporaryFolder>>
beforeAll(async () => {
  template = await createTemporaryFolder()
  await (await startEmbeddedPostgres({ dataDir: template.path }))[Symbol.asyncDispose]()
})
afterAll(async () => template[Symbol.asyncDispose]())

/** Makes a database of an earlier start, which takes less time than a first start. */
function setUp(dataDir: string): string {
  execFileSync('cp', ['-a', template.path, dataDir])
  return dataDir
}

async function readPid(dataDir: string): Promise<number> {
  return Number(
    (await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')).split('\n', 1)[0],
  )
}

/** The server of a process that was killed. */
async function leaveOrphan(dataDir: string): Promise<number> {
  const script = `const { startEmbeddedPostgres } = await import(${JSON.stringify(compiled)})
    await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })
    process.kill(process.pid, 'SIGKILL')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
  const orphan = await readPid(dataDir)
  expect(isRunning(orphan)).toBe(true)
  return orphan
}

/** Makes a cluster name a process as its server, on a port where nobody listens. */
async function nameServer(dataDir: string, pid: number): Promise<Cluster> {
  const dir = join(dataDir, 'cluster')
  await writeFile(join(dir, 'postmaster.pid'), `${pid}\n${dir}\n0\n1\n`)
  return { dir, password: 'of no use' }
}

describe('startEmbeddedPostgres', () => {
  it('runs no process beside those that a small database needs', async () => {
    await using folder = await createTemporaryFolder()
    await using server = await startEmbeddedPostgres({ dataDir: join(folder.path, 'postgres') })
    const { rows } = await query(server.url, 'SELECT backend_type FROM pg_stat_activity')
    const types = rows.map((row) => String(row['backend_type']))
    expect(types.toSorted()).toEqual([
      'autovacuum launcher',
      'background writer',
      'checkpointer',
      'client backend',
      'walwriter',
    ])
  })

  it('starts a server, keeps its data, and leaves no process behind', async () => {
    await using folder = await createTemporaryFolder()
    const dataDir = join(folder.path, 'postgres')
    const first = await startEmbeddedPostgres({ dataDir })
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n')
    const pid = await readPid(dataDir)
    await first[Symbol.asyncDispose]()
    expect(isRunning(pid)).toBe(false)
    await using second = await startEmbeddedPostgres({ dataDir })
    expect((await query(second.url, 'SELECT n FROM kept')).rows).toEqual([{ n: 7 }])
  })

  it('asks for its password, which others cannot read', async () => {
    await using folder = await createTemporaryFolder()
    const dataDir = setUp(join(folder.path, 'postgres'))
    await using server = await startEmbeddedPostgres({ dataDir })
    const url = new URL(server.url)
    expect(url.hostname).toBe('127.0.0.1')
    url.password = 'wrong'
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password/)
    expect((await stat(join(dataDir, 'password'))).mode & 0o077).toBe(0)
  })

  it('ends the server that a killed process has left behind, and starts on its data', async () => {
    await using folder = await createTemporaryFolder()
    const dataDir = setUp(join(folder.path, 'postgres'))
    const orphan = await leaveOrphan(dataDir)
    await using server = await startEmbeddedPostgres({ dataDir })
    expect(isRunning(orphan)).toBe(false)
    expect((await query(server.url, 'SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('leaves a server alone that somebody uses, and says so', async () => {
    await using folder = await createTemporaryFolder()
    const dataDir = setUp(join(folder.path, 'postgres'))
    await using server = await startEmbeddedPostgres({ dataDir })
    const user = new pg.Client({ connectionString: server.url })
    await user.connect()
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      message: expect.stringContaining('is in use'),
      // Who starts it is told the message alone where it has a cause.
      cause: expect.any(Error),
    })
    expect((await user.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await user.end()
  })

  it('F21 starts a server that was killed again, at its address and with its data', async () => {
    await using folder = await createTemporaryFolder()
    const dataDir = setUp(join(folder.path, 'postgres'))
    const ends: unknown[] = []
    await using server = await startEmbeddedPostgres({ dataDir, onEnd: (how) => ends.push(how) })
    await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS n')
    const pid = await readPid(dataDir)
    process.kill(pid, 'SIGKILL')
    const answer = () => query(server.url, 'SELECT n FROM kept').catch(() => undefined)
    await until(async () => (await answer())?.rows[0]?.['n'] === 7)
    expect(await readPid(dataDir)).not.toBe(pid)
    expect(ends[0]).toMatchObject({ signal: 'SIGKILL' })
  })

  it('begins anew where the first start was killed half way', async () => {
    await using folder = await createTemporaryFolder()
    const dataDir = join(folder.path, 'postgres')
    await mkdir(join(dataDir, 'unfinished', 'base'), { recursive: true })
    await using server = await startEmbeddedPostgres({ dataDir })
    expect(server.url).toMatch(/^postgres:/)
  })

  it('says clearly that a database is of another version', async () => {
    await using folder = await createTemporaryFolder()
    const dataDir = join(folder.path, 'postgres')
    await mkdir(join(dataDir, 'cluster'), { recursive: true })
    await writeFile(join(dataDir, 'cluster', 'PG_VERSION'), '12\n')
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      /is of PostgreSQL 12; this is PostgreSQL 18/,
    )
  })

  it('works below a folder that is closed to others', async () => {
    await using folder = await createTemporaryFolder()
    await chmod(folder.path, 0o700)
    const dataDir = join(folder.path, 'deep', 'postgres')
    await using server = await startEmbeddedPostgres({ dataDir })
    expect((await query(server.url, 'SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

/** Elsewhere than on Linux a process tells nothing of itself, and nothing is ended that does not answer. */
const missing =
  process.platform === 'linux' ? undefined : 'processes tell of themselves on Linux only'

describeUnless(missing, 'endOrphan, where the server does not answer', () => {
  it('ends it', async () => {
    await using folder = await createTemporaryFolder()
    const dataDir = setUp(join(folder.path, 'postgres'))
    const orphan = await leaveOrphan(dataDir)
    await endOrphan(await nameServer(dataDir, orphan))
    expect(isRunning(orphan)).toBe(false)
  })

  it('ends it also where its folder was moved', async () => {
    await using folder = await createTemporaryFolder()
    const orphan = await leaveOrphan(setUp(join(folder.path, 'postgres')))
    const moved = join(folder.path, 'moved')
    await rename(join(folder.path, 'postgres'), moved)
    await endOrphan(await nameServer(moved, orphan))
    expect(isRunning(orphan)).toBe(false)
  })

  it('leaves the server of another cluster alone that has got its number', async () => {
    await using folder = await createTemporaryFolder()
    const [mine, foreign] = [setUp(join(folder.path, 'mine')), setUp(join(folder.path, 'foreign'))]
    await using other = await startEmbeddedPostgres({ dataDir: foreign })
    const pid = await readPid(foreign)
    await endOrphan(await nameServer(mine, pid))
    expect(isRunning(pid)).toBe(true)
    expect((await query(other.url, 'SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('takes a lock away whose number is another process by now, so that a server starts', async () => {
    await using folder = await createTemporaryFolder()
    const [mine, foreign] = [setUp(join(folder.path, 'mine')), setUp(join(folder.path, 'foreign'))]
    await using _other = await startEmbeddedPostgres({ dataDir: foreign })
    await nameServer(mine, await readPid(foreign))
    await using again = await startEmbeddedPostgres({ dataDir: mine })
    expect((await query(again.url, 'SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})
