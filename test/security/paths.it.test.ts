import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { type Answer, type Ask, ask, store } from '../support/http.ts'
import { drawHostileNames } from '../support/hostile-names.ts'
import { readMetrics } from '../support/metrics.ts'
import { childrenOf } from '../support/processes.ts'
import { type Stack, startStack } from '../support/stack.ts'

const canary = 'the canary beside the originals'
const names = drawHostileNames(Number(process.env['HOSTILE_PATHS'] ?? 2000), 1)
const root = join(import.meta.dirname, '..', '..')

/** However many it is told to send. */
jest.setTimeout(180_000 + 20 * names.length)

const tracing = spawnSync('strace', ['-f', '-e', 'trace=openat', 'true'])
const untraceable = tracing.status === 0 ? undefined : 'strace is missing or not allowed'

/** All ways in which a name reaches the service. */
const asks: readonly ((name: string) => readonly [path: string, options: Ask])[] = [
  (name) => [`/${name}`, {}],
  (name) => [`/${name}`, { method: 'HEAD' }],
  (name) => [`/${name}`, { method: 'POST', headers: { 'X-Token': 'x' } }],
  (name) => {
    const headers = { 'Content-Type': 'application/json' }
    return ['/token', { method: 'POST', headers, body: JSON.stringify({ id: `../${name}` }) }]
  },
]

describe('hostile paths', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack()
    await writeFile(join(stack.dataDir, 'canary'), canary)
    await store(stack.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  /** Asks for every name in every way, some at a time. */
  async function askAll(check: (answer: Answer, name: string) => void): Promise<void> {
    const queue = names.entries()
    const askSome = async () => {
      for (const [index, name] of queue) {
        const [path, options] = (asks[index % asks.length] as (typeof asks)[0])(name)
        check(await ask(stack.base, path, options), `${options.method} ${path}`)
      }
    }
    await Promise.all(Array.from({ length: 8 }, askSome))
  }

  it('R1 a name never leads out of the folders: an answer of the contract, and no word of any other file', async () => {
    const seen = new Set<number>()
    await askAll(({ status, headers, body }, name) => {
      seen.add(status)
      // 503: a machine that is busy with other tests may keep the database from answering in time.
      const isOfContract = [200, 400, 403, 404].includes(status) || headers['retry-after'] === '1'
      expect([name, status, isOfContract]).toEqual([name, status, true])
      // What a name like "photo" is served for is an image.
      if (status === 200) expect(body.subarray(0, 2).toString('latin1')).not.toMatch(/[{<#r]/)
      for (const text of [canary, 'root:', 'PATH=', '"private"']) {
        expect([name, body.includes(text)]).toEqual([name, false])
      }
    })
    expect([...seen]).toEqual(expect.arrayContaining([400, 403]))
  })

  it('tells how long the longest pause of the event loop was meanwhile', async () => {
    const metrics = await readMetrics(stack.admin)
    const lagMs = metrics.sum('iaas_nodejs_eventloop_lag_max_seconds') * 1000
    process.stderr.write(`The longest pause of the event loop: ${lagMs.toFixed(1)} ms\n`)
    // A figure, and no bound: the machine itself may stand still. What an address costs is bounded where it is read.
    expect(lagMs).toBeGreaterThan(0)
  })

  describeUnless(untraceable, 'traced', () => {
    it('R1 no file is opened outside the folders of the data and of the service itself', async () => {
      await using folder = await createTemporaryFolder()
      const log = join(folder.path, 'strace')
      const pids = [stack.process.pid, ...childrenOf(stack.process.pid)]
      const watched = ['-e', 'trace=open,openat,rename,renameat2,unlink,unlinkat,link,linkat']
      const args = ['-f', '-qq', '-y', '-s', '300', ...watched, '-o', log]
      const tracer = spawn('strace', [...args, ...pids.flatMap((pid) => ['-p', `${pid}`])])
      await until(async () => {
        await ask(stack.base, '/photo.jpg')
        return (await readFile(log, 'utf8').catch(() => '')).includes('_hashed')
      })
      await askAll(() => {})
      const exited = once(tracer, 'exit')
      tracer.kill('SIGINT')
      await exited
      const opened = [...(await readFile(log, 'utf8')).matchAll(/"([^"]*)"/g)].map(
        ([, path = '']) => path,
      )
      const own = [
        stack.dataDir,
        root,
        '/proc/',
        '/sys/',
        '/dev/',
        '/usr/lib',
        '/lib',
        '/etc/ld.so',
      ]
      const outside = opened.filter((path) => path.startsWith('/'))
      expect(outside.filter((path) => !own.some((folder) => path.startsWith(folder)))).toEqual([])
      expect(opened.filter((path) => /canary|passwd|environ|win\.ini|\.\./.test(path))).toEqual([])
    })
  })
})
