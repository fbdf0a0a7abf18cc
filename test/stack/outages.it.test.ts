import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { childrenOf } from '../support/processes.ts'
import { ask, askUntil, getToken, postToken, store, upload } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'

/** Sends a signal to every process of the embedded server. */
async function signalDatabase(stack: Stack, signal: NodeJS.Signals): Promise<void> {
  const file = join(stack.dataDir, 'postgres', 'cluster', 'postmaster.pid')
  const postmaster = Number((await readFile(file, 'utf8')).split('\n', 1)[0])
  for (const pid of [postmaster, ...childrenOf(postmaster)]) process.kill(pid, signal)
}

describe('with the database hung', () => {
  let stack: Stack
  let photo: Buffer
  let token: string

  beforeAll(async () => {
    stack = await startStack()
    photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    await store(stack.base, 'photo', photo)
    token = await getToken(stack.base, 'waiting')
    await signalDatabase(stack, 'SIGSTOP')
  })
  afterAll(async () => {
    await signalDatabase(stack, 'SIGCONT')
    await stack[Symbol.asyncDispose]()
  })

  it('an existing original is served, and rendered', async () => {
    expect((await ask(stack.base, '/photo.jpg')).body.equals(photo)).toBe(true)
    expect((await ask(stack.base, '/photo_30_30.jpg')).status).toBe(200)
  })

  it('404 stays 404', async () => {
    expect((await ask(stack.base, '/nobody_30_30.jpg')).status).toBe(404)
  })

  it('/_health is 500, and the service calls itself alive and ready all the same', async () => {
    const health = await ask(stack.base, '/_health')
    expect([health.status, health.headers['content-type']]).toEqual([
      500,
      'application/problem+json',
    ])
    expect((await ask(stack.base, '/healthz')).status).toBe(200)
    const ready = await ask(stack.base, '/readyz')
    expect([ready.status, JSON.parse(ready.body.toString())]).toEqual([
      200,
      { status: 'ready', dependencies: { database: 'down', 'variant-store': 'up' } },
    ])
  })

  it('/token and uploads are 503 with Retry-After', async () => {
    const issued = await postToken(stack.base, { id: 'new' })
    const uploaded = await upload(stack.base, 'waiting', token, photo)
    expect([issued.status, uploaded.status]).toEqual([503, 503])
    expect([issued.headers['retry-after'], uploaded.headers['retry-after']]).toEqual(['1', '1'])
  })

  it('all is well again, without a restart, once it answers', async () => {
    await signalDatabase(stack, 'SIGCONT')
    await askUntil(({ status }) => status === 200, stack.base, '/_health')
    await askUntil(({ status }) => status === 307, stack.base, '/photo_31_31.jpg')
    await store(stack.base, 'afterwards', photo)
  })
})
