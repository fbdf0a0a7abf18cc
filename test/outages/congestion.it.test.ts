import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { provideDatabase } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ask, askUntil, store } from '../support/http.ts'
import { readMetric } from '../support/metrics.ts'
import { type Stack, type StackOptions, startStack } from '../support/stack.ts'
import { type TcpProxy, startTcpProxy } from '../support/tcp-proxy.ts'

const connections = 200
const paths = Array.from({ length: 15 }, (_, index) => `/photo_${20 + index}_20.jpg`)
/** Is asked for first, because the first lookup opens the connections to the database. */
const firstPath = '/photo_19_20.jpg'

type Counts = Map<number, number>

/** Asks on many connections at once, each again and again, until `work` is done. @returns the answers by status */
async function flood(
  base: string,
  options: { readonly method: string; readonly path: string; readonly headers?: object },
  work: (answered: Counts) => Promise<void>,
): Promise<Counts> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const counts: Counts = new Map()
  const over = new AbortController()
  async function askOnAndOn(): Promise<void> {
    while (!over.signal.aborted) {
      const req = request(`${base}${options.path}`, {
        agent,
        method: options.method,
        headers: { ...options.headers },
      })
      req.end()
      const [answer] = (await once(req, 'response')) as [IncomingMessage]
      await once(answer.resume(), 'end')
      const { statusCode = 0, headers } = answer
      if (statusCode === 503) expect(headers['retry-after']).toBeDefined()
      counts.set(statusCode, (counts.get(statusCode) ?? 0) + 1)
    }
  }
  const asking = Promise.all(Array.from({ length: connections }, askOnAndOn))
  await work(counts)
  over.abort()
  await asking
  agent.destroy()
  return counts
}

const askUntilStored = (base: string, path: string) =>
  askUntil(({ status }) => status === 307, base, path)

const sum = (counts: Counts) => [...counts.values()].reduce((total, count) => total + count, 0)

describe('a service whose own connections to the database are busy', () => {
  const started: AsyncDisposable[] = []
  let stack: Stack
  let proxy: TcpProxy
  let options: StackOptions

  const keep = async <T extends AsyncDisposable>(thing: Promise<T>): Promise<T> => {
    const made = await thing
    started.unshift(made)
    return made
  }

  beforeAll(async () => {
    const folder = await keep(createTemporaryFolder())
    const url = new URL((await keep(provideDatabase())).url)
    proxy = await keep(startTcpProxy({ host: url.hostname, port: Number(url.port) }))
    Object.assign(url, { hostname: '127.0.0.1', port: proxy.port })
    options = { dataDir: folder.path, env: { DATABASE_URL: url.href } }
    await using first = await startStack(options)
    await store(first.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
    for (const path of [firstPath, ...paths]) await ask(first.base, path)
    for (const path of [firstPath, ...paths]) await askUntilStored(first.base, path)
  })
  afterAll(async () => {
    for (const thing of started) await thing[Symbol.asyncDispose]()
  })
  // One that remembers nothing: every link is looked for in the database, each answer of which takes its time.
  beforeEach(async () => {
    stack = await startStack(options)
    await askUntilStored(stack.base, firstPath)
    await proxy.set({ kind: 'delay', ms: 40 })
  })
  afterEach(async () => {
    await proxy.set({ kind: 'none' })
    await stack?.[Symbol.asyncDispose]()
  })

  it('F29 redirects to what is stored while made-up tokens keep it busy, and takes nothing for an outage', async () => {
    const statuses: number[] = []
    const form = { 'Content-Type': 'multipart/form-data; boundary=b', 'X-Token': 'made-up' }
    const counts = await flood(
      stack.base,
      { method: 'POST', path: '/photo', headers: form },
      async () => {
        for (const path of paths) statuses.push((await ask(stack.base, path)).status)
      },
    )
    expect(statuses).toEqual(paths.map(() => 307))
    expect(await readMetric(stack, 'iaas_renders_total')).toBe(0)
    expect(stack.output()).not.toContain('dependency lost')
    expect([...counts.keys()].filter((status) => status !== 403 && status !== 503)).toEqual([])
    expect(sum(counts)).toBeGreaterThan(connections)
  })

  it('F29 answers a crowd that asks for its health as it answers one', async () => {
    const health = { method: 'GET', path: '/_health' }
    const counts = await flood(stack.base, health, (answered) =>
      until(() => sum(answered) > 5 * connections),
    )
    expect([...counts.keys()]).toEqual([200])
    expect(stack.output()).not.toContain('dependency lost')
  })
})
