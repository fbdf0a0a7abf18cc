import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { ask, postToken } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'

const openTokens = 'No secret is set: whoever reaches this port gets upload tokens'

describe('the first start, in an empty folder', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
  let stack: Stack

  beforeAll(async () => {
    folder = await createTemporaryFolder()
    stack = await startStack({ dataDir: folder.path })
    await until(() => stack.output().includes('Ctrl-C'))
  })
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  it('shows progress, then where it is and three commands', () => {
    expect(stack.output()).toContain('Setting up the embedded PostgreSQL (the first time only) ...')
    expect(stack.output()).toContain(`${stack.base}/example_400_400.jpg`)
    expect(stack.output().match(/^ {2}(?:ANSWER=\$\()?curl /gm)).toHaveLength(3)
  })

  it('says in its greeting that anyone gets tokens, and not in a line of the log', () => {
    expect(stack.output()).toContain(openTokens)
    expect(stack.output()).not.toMatch(/^\{/m)
  })

  it('has an example', async () => {
    const answer = await ask(stack.base, '/example_100_100.png')
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png'])
  })

  it('is told from the second one, which sets up no PostgreSQL, and from one with a secret', async () => {
    await stack.stop()
    await using second = await startStack({
      dataDir: folder.path,
      env: { TOKEN_SECRET: 'secret' },
    })
    await until(() => second.output().includes('Ctrl-C'))
    expect(second.output()).toContain('Starting the embedded PostgreSQL ...\n')
    expect(second.output()).not.toContain('first time')
    expect(second.output()).not.toContain(openTokens)
  })
})

describe('a start without an example', () => {
  it('has none, and speaks of none', async () => {
    await using stack = await startStack({ env: { PLANT_EXAMPLE: 'false' } })
    await until(() => stack.output().includes('Ctrl-C'))
    expect((await ask(stack.base, '/example_100_100.png')).status).toBe(404)
    expect(stack.output()).not.toContain('/example_400_400.jpg')
  })
})

describe('a start with files of configuration', () => {
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
})
