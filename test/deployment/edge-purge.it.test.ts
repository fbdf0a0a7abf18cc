import { readFile } from 'node:fs/promises'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describeUnless } from '@iaas/testing/describe-unless'
import { findFreePort } from '@iaas/testing/free-port'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { call, toApiKeys } from '../management/_api.ts'
import { type Answer, type Ask, ask, askLocation, askUntil, json, store } from '../support/http.ts'
import { nginxMissing, startNginx } from '../support/nginx.ts'
import { startStack } from '../support/stack.ts'

const key = 'the-key-of-deletions'
const secret = 'the-secret-of-the-edge'
const avif = { headers: { Accept: 'image/avif' } }
const webp = { headers: { Accept: 'image/webp' } }

/** Spellings of addresses that the edge caches apart, of one image. */
const spellings = (id: string) =>
  [
    [`/${id}_60_40.jpg?fit=crop&quality=70`],
    [`/${id}_60_40.jpg?quality=70&fit=crop`],
    [`/${id}_60_40.jpg?quality=70&ignored=1&fit=crop`],
    [`/%${id.charCodeAt(0).toString(16)}${id.slice(1)}_60_40.jpg?fit=crop&quality=70`],
    [`/${id}_60_40.auto`, avif],
    [`/${id}_60_40.auto`, webp],
    [`/_preset/card/${id}.jpg`],
    [`/${id}.jpg`],
    [`/${id}.json`],
  ] as const

/** Stands for the bucket: the folder of stored variants. */
async function startBucket(folder: () => string) {
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = join(folder(), (req.url ?? '').replace(/^\/variants\/_variants\//, ''))
    const bytes = await readFile(path).catch(() => undefined)
    if (bytes !== undefined) res.setHeader('Content-Type', 'image/jpeg')
    res.writeHead(bytes === undefined ? 404 : 200).end(bytes)
  }
  const server = createServer((req, res) => void answer(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Takes the place of an api, and answers 503. */
async function startFailingApi(base: string): Promise<AsyncDisposable> {
  const server = createServer((_req, res) => res.writeHead(503).end())
  const port = Number(new URL(base).port)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function startProject() {
  const [port, apiPort, purgerPort] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ]
  let variants = ''
  const bucket = await startBucket(() => variants)
  const nginx = await startNginx({ port, apiPort, bucket: bucket.url })
  const purgerEnv = {
    EDGE_PURGE_SECRET: secret,
    EDGE_PURGER_PORT: `${purgerPort}`,
    EDGE_CACHE_DIR: nginx.cacheDir,
    EDGE_PURGE_SETTLE: '100',
  }
  const purger = await startStack({
    entry: 'services/edge-purger/dist/main.js',
    port: purgerPort,
    env: purgerEnv,
  })
  const stack = await startStack({
    port: apiPort,
    env: {
      API_KEYS: toApiKeys({ shop: { key, scopes: ['originals:write', 'purge'] } }),
      CACHE_HOST: `${nginx.base}/cdn`,
      CDNS: JSON.stringify([{ type: 'edge', urls: [purger.base] }]),
      EDGE_PURGE_SECRET: secret,
      NODE_CONFIG: JSON.stringify({ presets: { card: '64x48?fit=crop' } }),
    },
  })
  variants = join(stack.dataDir, 'variants')
  return { nginx, bucket, purger, stack }
}

describeUnless(nginxMissing, 'the caches of the edge', () => {
  let project: Awaited<ReturnType<typeof startProject>>
  let base: string

  beforeAll(async () => {
    project = await startProject()
    base = project.nginx.base
    const photo = await makePhoto({ width: 120, height: 80, format: 'jpeg' })
    for (const id of ['photo', 'other']) await store(base, id, photo)
  })
  afterAll(async () => {
    await project?.stack[Symbol.asyncDispose]()
    await project?.purger[Symbol.asyncDispose]()
    await project?.nginx[Symbol.asyncDispose]()
  })

  /** Has the edge keep an address. Returns its redirect to an object, if it is one. */
  async function warmAddress(path: string, accept: Ask | undefined): Promise<readonly Answer[]> {
    const isWhole = /^\/\w+\.(?:jpg|json)$/.test(path)
    const isKept = ({ status }: Answer) => status === (isWhole ? 200 : 307)
    const answer = await askUntil(isKept, base, path, accept)
    await ask(base, path, { ...accept, method: 'HEAD' })
    if (answer.status !== 307) return []
    const { pathname } = new URL(answer.headers.location ?? '')
    for (const method of ['GET', 'HEAD']) {
      for (const end of ['', '?x=1']) await ask(base, `${pathname}${end}`, { method })
    }
    return [answer]
  }

  async function warm(id: string): Promise<readonly Answer[]> {
    const warmed = spellings(id).map(([path, accept]) => warmAddress(path, accept))
    return (await Promise.all(warmed)).flat()
  }

  it('F59 have nothing of a deleted image in any spelling, although the api fails and the bucket is away', async () => {
    const [hits = [], others = []] = await Promise.all(['photo', 'other'].map(warm))
    expect(hits).toHaveLength(7)
    const deletion = await call(project.stack.base, key, '/originals/photo', { method: 'DELETE' })
    const purge = `/purges/${String(json(deletion)['id'])}`
    const receipt = async () => json(await call(project.stack.base, key, purge))
    await until(async () => (await receipt())['cdn_state'] === 'completed')
    expect(await receipt()).toMatchObject({ cdn: [{ name: 'edge', state: 'completed' }] })
    await project.stack.stop()
    await project.bucket.stop()
    // An api that is away makes the edge wait; one that fails has it answer with what it has, too.
    await using _failing = await startFailingApi(project.stack.base)

    for (const [path, accept] of spellings('other')) {
      const { status } = await ask(base, path, accept)
      expect([path, [200, 307].includes(status)]).toEqual([path, true])
    }
    for (const hit of others) expect((await askLocation(base, hit)).status).toBe(200)
    for (const [path, accept] of spellings('photo')) {
      for (const method of ['GET', 'HEAD']) {
        const { status } = await ask(base, path, { ...accept, method })
        expect([path, status]).toEqual([path, 503])
      }
    }
    for (const hit of hits) {
      const { pathname } = new URL(hit.headers.location ?? '')
      for (const end of ['', '?x=1', '?y=2']) {
        const { status } = await ask(base, `${pathname}${end}`)
        expect([pathname, status]).toEqual([pathname, 503])
      }
    }
  })
})
