import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { holdLocks, provideDatabase, query } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { listFiles } from '../support/files.ts'
import { ask, askLocation, store } from '../support/http.ts'
import { readMetrics } from '../support/metrics.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { type TcpProxy, startTcpProxy } from '../support/tcp-proxy.ts'

const endWaiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`

describe('a process that stores its renditions by itself and is killed', () => {
  let database: Awaited<ReturnType<typeof provideDatabase>>
  let proxy: TcpProxy
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
  let env: Readonly<Record<string, string>>
  let photo: Buffer
  let serial = 40

  beforeAll(async () => {
    database = await provideDatabase()
    folder = await createTemporaryFolder()
    const url = new URL(database.url)
    proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) })
    url.port = `${proxy.port}`
    env = { DATABASE_URL: url.href }
    photo = await makePhoto({ width: 300, height: 200, format: 'jpeg' })
    await using stack = await start()
    await store(stack.base, 'photo', photo)
  })
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]()
    await database?.[Symbol.asyncDispose]()
    await folder?.[Symbol.asyncDispose]()
  })

  const start = () => startStack({ env, dataDir: folder.path })
  const newPaths = () => Array.from({ length: 5 }, () => `/photo_${(serial += 1)}_99.jpg`)
  const filesIn = (name: string) => listFiles(join(folder.path, name))
  const objects = async () =>
    (await filesIn('variants')).filter((file) => !file.includes('.incoming'))
  const countLinks = async () => (await query(database.url, 'SELECT 1 FROM images')).rowCount ?? 0

  async function kill({ process: child }: Stack): Promise<void> {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  async function answerAll(stack: Stack, paths: readonly string[]): Promise<void> {
    for (const path of paths) expect((await ask(stack.base, path)).status).toBe(200)
  }

  /** Starts it again: nobody asks for a variant, and yet each is stored. */
  async function storesAll(paths: readonly string[], before: number): Promise<number> {
    await using stack = await start()
    await until(async () => (await countLinks()) === before + paths.length)
    for (const path of paths) {
      const hit = await ask(stack.base, path)
      expect(hit.status).toBe(307)
      expect((await askLocation(stack.base, hit)).status).toBe(200)
    }
    await until(async () => (await filesIn('spool')).length === 0)
    const metrics = await readMetrics(stack.admin)
    return metrics.sum('iaas_render_task_duration_seconds_count', { kind: 'render' })
  }

  /** Answers, has their objects stored, and is killed before it could record a link. */
  async function killBeforeLinks(paths: readonly string[]): Promise<void> {
    await using stack = await start()
    const stored = (await objects()).length
    await using _lock = await holdLocks(database.url, 'LOCK TABLE images IN EXCLUSIVE MODE')
    await answerAll(stack, paths)
    await until(async () => (await objects()).length === stored + paths.length)
    await kill(stack)
    // The server goes on with a statement that waits for a lock, whoever has sent it.
    await query(database.url, endWaiting)
  }

  it('F38 between object and link has the links recorded at its next start, without a render', async () => {
    const [paths, before] = [newPaths(), await countLinks()]
    await killBeforeLinks(paths)
    expect(await countLinks()).toBe(before)
    expect(await storesAll(paths, before)).toBe(0)
  })

  it('F38 before its objects were stored renders them again at its next start', async () => {
    const [paths, before] = [newPaths(), await countLinks()]
    const kept = new Set(await objects())
    await killBeforeLinks(paths)
    for (const file of await objects()) if (!kept.has(file)) await rm(file)
    expect(await storesAll(paths, before)).toBe(paths.length)
  })

  it('F38 while database and queue are away has lost nothing once they are back', async () => {
    const [paths, before] = [newPaths(), await countLinks()]
    await using stack = await start()
    await proxy.set({ kind: 'refuse' })
    await answerAll(stack, paths)
    await until(async () => {
      const metrics = await readMetrics(stack.admin)
      return metrics.sum('iaas_persists_total', { result: 'failed' }) === paths.length
    })
    await kill(stack)
    await proxy.set({ kind: 'none' })
    expect(await storesAll(paths, before)).toBe(0)
  })
})
