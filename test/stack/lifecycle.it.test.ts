import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { provideDatabase } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { ask, askUntil, getToken, postToken, store } from '../support/http.ts'
import { childrenOf, processesOf } from '../support/processes.ts'
import { spawnStack, startStack } from '../support/stack.ts'
import { makePhoto } from '@iaas/testing/images/make-photo'

describe('the life of the stack', () => {
  it('shows progress, then where it is and three commands', async () => {
    await using stack = await startStack()
    await until(() => stack.output().includes('Ctrl-C'))
    expect(stack.output()).toContain('Setting up the embedded PostgreSQL (the first time only) ...')
    expect(stack.output()).toContain(`${stack.base}/example_400_400.jpg`)
    expect(stack.output().match(/^ {2}(?:ANSWER=\$\()?curl /gm)).toHaveLength(3)
  })

  it('says that PostgreSQL is set up the first time only', async () => {
    await using folder = await createTemporaryFolder()
    const first = await startStack({ dataDir: folder.path })
    await first.stop()
    await using second = await startStack({ dataDir: folder.path })
    expect(second.output()).toContain('Starting the embedded PostgreSQL ...\n')
    expect(second.output()).not.toContain('first time')
  })

  it('says in its greeting that anyone gets tokens, and not in a line of the log', async () => {
    const note = 'No secret is set: whoever reaches this port gets upload tokens'
    {
      await using open = await startStack()
      await until(() => open.output().includes('Ctrl-C'))
      expect(open.output()).toContain(note)
      expect(open.output()).not.toMatch(/^\{/m)
    }
    await using closed = await startStack({ env: { TOKEN_SECRET: 'secret' } })
    await until(() => closed.output().includes('Ctrl-C'))
    expect(closed.output()).not.toContain(note)
  })

  it('says that it ends, and that it has ended', async () => {
    await using stack = await startStack()
    await until(() => stack.output().includes('Ctrl-C'))
    const exited = once(stack.process, 'exit')
    stack.process.kill('SIGINT')
    await exited
    expect(stack.output()).toMatch(
      /\nEnding: what is in flight is finished first \.\.\.\nEnded\.\n$/,
    )
  })

  it.each(['standalone', 'api'])(
    'F26 a %s in production does not start without a secret, unless it is told that tokens are open',
    async (service) => {
      await using database = await provideDatabase()
      const entry = `services/${service}/dist/main.js`
      const env = { NODE_ENV: 'production', DATABASE_URL: database.url }
      await using refused = await spawnStack({ entry, env })
      const [code] = (await once(refused.process, 'exit')) as [number]
      expect(code).toBe(1)
      expect(refused.output()).toBe(
        'The configuration is not correct:\n  - secret (TOKEN_SECRET): is needed where NODE_ENV is production: without it, anyone gets upload tokens. Set it, or allow_open_tokens (ALLOW_OPEN_TOKENS=true) where others cannot reach POST /token\n',
      )
      await using open = await startStack({ entry, env: { ...env, ALLOW_OPEN_TOKENS: 'true' } })
      expect((await postToken(open.base, { id: 'a' })).status).toBe(200)
    },
  )

  it('says that config/production.json is not read, unless NODE_ENV names it', async () => {
    await using config = await createTemporaryFolder()
    await writeFile(join(config.path, 'production.json'), '{"secret":"of the file"}')
    const env = { NODE_CONFIG_DIR: config.path }
    const warning = 'production.json is not read: NODE_ENV is not production'
    const statusOf = async (base: string) => (await postToken(base, { id: 'a' })).status
    {
      await using stack = await startStack({ env })
      expect(stack.output()).toContain(warning)
      expect(await statusOf(stack.base)).toBe(200)
    }
    await using stack = await startStack({ env: { ...env, NODE_ENV: 'production' } })
    expect(stack.output()).not.toContain(warning)
    expect(await statusOf(stack.base)).toBe(401)
  })

  it('has an example from the first start', async () => {
    await using stack = await startStack()
    const answer = await ask(stack.base, '/example_100_100.png')
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png'])
  })

  it('has no example, and speaks of none, where the operator wants none', async () => {
    await using stack = await startStack({ env: { PLANT_EXAMPLE: 'false' } })
    expect((await ask(stack.base, '/example_100_100.png')).status).toBe(404)
    expect(stack.output()).not.toContain('/example_400_400.jpg')
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it cleanly, and a second start has all data',
    async (signal) => {
      await using folder = await createTemporaryFolder()
      const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
      const first = await startStack({ dataDir: folder.path })
      await store(first.base, 'kept', photo)
      await getToken(first.base, 'later')
      const link = await askUntil(({ status }) => status === 307, first.base, '/kept_20_20.jpg')
      const children = childrenOf(first.process.pid)
      expect(children.length).toBeGreaterThan(0)
      const exited = once(first.process, 'exit')
      first.process.kill(signal)
      expect(await exited).toEqual([0, null])
      expect(processesOf(folder.path)).toEqual([])
      const survivors = childrenOf(1).filter((pid) => children.includes(pid))
      expect(survivors).toEqual([])
      await using second = await startStack({ dataDir: folder.path })
      expect((await ask(second.base, '/kept.jpg')).body.equals(photo)).toBe(true)
      const again = await ask(second.base, '/kept_20_20.jpg')
      expect([again.status, again.headers.location]).toEqual([307, link.headers.location])
      await expect(getToken(second.base, 'later')).rejects.toThrow(/403/)
    },
  )

  it('starts after kill -9, the orphaned database included, and its children are gone', async () => {
    await using folder = await createTemporaryFolder()
    const first = await startStack({ dataDir: folder.path })
    await store(first.base, 'kept', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
    await ask(first.base, '/kept_30_30.jpg')
    const children = childrenOf(first.process.pid)
    const exited = once(first.process, 'exit')
    first.process.kill('SIGKILL')
    await exited
    await using second = await startStack({ dataDir: folder.path })
    expect((await ask(second.base, '/kept.jpg')).status).toBe(200)
    const isGone = (pid: number) =>
      !childrenOf(1).includes(pid) && !childrenOf(second.process.pid).includes(pid)
    await until(() => children.every(isGone))
  })

  it('says in one clear line that a port is taken, and ends', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as { port: number }
    await using stack = await spawnStack({ port })
    const [code] = (await once(stack.process, 'exit')) as [number]
    expect(code).toBe(1)
    expect(stack.output()).toBe(
      `Port ${port} on 127.0.0.1 (PORT) is taken by another program. Choose another one, such as PORT=${port + 1}.\n`,
    )
    expect(await readdir(stack.dataDir)).toEqual([])
    expect(stack.output()).not.toMatch(/ at /)
    expect(processesOf(stack.dataDir)).toEqual([])
    squatter.close()
  })

  it('says which port of the two is taken, before anything is set up', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as { port: number }
    await using stack = await spawnStack({ env: { ADMIN_PORT: `${port}` } })
    await once(stack.process, 'exit')
    expect(stack.output()).toMatch(
      /^Port \d+ on 127\.0\.0\.1 \(ADMIN_PORT\) is taken .* ADMIN_PORT=\d+\.\n$/,
    )
    expect(await readdir(stack.dataDir)).toEqual([])
    squatter.close()
  })

  it.each([
    ['uploader', /database "nowhere" does not exist/],
    ['renderer', /Port \d+ on 127\.0\.0\.1 \(PORT\) is taken by another program\. .*\n/],
  ])(
    'a %s that cannot be started says why, and ends long before it would be made to',
    async (service, reason) => {
      await using database = await provideDatabase()
      const wrong = new URL(database.url)
      wrong.pathname = '/nowhere'
      const taken = createServer().listen(0, '127.0.0.1')
      await once(taken, 'listening')
      const { port } = taken.address() as AddressInfo
      await using stack = await spawnStack({
        entry: `services/${service}/dist/main.js`,
        env: { DATABASE_URL: wrong.href },
        port,
      })
      const giveUp = AbortSignal.timeout(15_000)
      const [code] = (await once(stack.process, 'exit', { signal: giveUp })) as [number]
      taken.close()
      expect(code).toBe(1)
      expect(stack.output()).toMatch(reason)
    },
    30_000,
  )

  it('F26 lists every mistake of its configuration at once, shows no secret, and does not start', async () => {
    const files = {
      constraints: { max_width: 'wide' },
      redirect_cache_timeout: -1,
      aws: { bucket: 'b' },
    }
    const env = { NODE_CONFIG: JSON.stringify(files), DATABASE_URL: 'mysql://user:hidden@host/db' }
    await using stack = await spawnStack({ env })
    const [code] = (await once(stack.process, 'exit')) as [number]
    expect(code).toBe(1)
    for (const key of [
      'constraints.max_width',
      'redirect_cache_timeout',
      'aws.cache_host',
      'DATABASE_URL',
    ]) {
      expect(stack.output()).toContain(key)
    }
    expect(stack.output()).not.toContain('hidden')
  })

  it('F15 answers what is in flight before it ends', async () => {
    const stack = await startStack()
    const slow = ask(stack.base, '/example_1900_1900.png')
    await until(async () => childrenOf(stack.process.pid).length > 1)
    stack.process.kill('SIGTERM')
    // Who signals a group of processes signals some twice.
    setTimeout(() => stack.process.kill('SIGTERM'), 20)
    const code = await stack.stop()
    expect((await slow).status).toBe(200)
    expect(code).toBe(0)
    await stack[Symbol.asyncDispose]()
  })
})
