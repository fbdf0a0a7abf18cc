import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { provideDatabase } from '@iaas/testing/postgres'
import { postToken } from '../support/http.ts'
import { processesOf } from '../support/processes.ts'
import { spawnStack, startStack } from '../support/stack.ts'

describe('a start that is refused', () => {
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
})
