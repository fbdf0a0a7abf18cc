import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import pg from 'pg'
import { z } from 'zod'
import { ConfigError } from '../../src/platform/config/config-error.ts'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { address, integer, list, number, text, toggle } from '../../src/platform/config/setting.ts'
import { postgresqlSettings } from '@iaas/stores/postgres/config'
import { awsSettings } from '@iaas/stores/s3/config'

const schema = z.object({
  port: integer({ min: 0, max: 65_535, fallback: 1337 }, 'The port.', 'PORT'),
  secret: text({ description: 'A secret.', env: 'TOKEN_SECRET', secret: true }),
  webp: z.object({ on: toggle(true, 'A switch.', 'WEBP') }).prefault({}),
})

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('parseConfig', () => {
  it('fills in what is not configured', () => {
    expect(parseConfig(schema, {}, {})).toEqual({ port: 1337, webp: { on: true } })
  })

  it('lets the environment win over the files, and an empty variable count as none', () => {
    const files = { port: 1, webp: { on: true } }
    expect(parseConfig(schema, files, { PORT: '2', WEBP: 'false' })).toMatchObject({
      port: 2,
      webp: { on: false },
    })
    expect(parseConfig(schema, files, { PORT: '' })).toMatchObject({ port: 1 })
  })

  it('reads a secret from the file that ..._FILE names', async () => {
    await using folder = await createTemporaryFolder()
    const file = join(folder.path, 'secret')
    await writeFile(file, 'from the file\n')
    expect(parseConfig(schema, {}, { TOKEN_SECRET_FILE: file }).secret).toBe('from the file')
    expect(problemsOf(() => parseConfig(schema, {}, { TOKEN_SECRET_FILE: '/nowhere' }))).toEqual([
      'TOKEN_SECRET_FILE: the file it names cannot be read',
    ])
  })

  it('takes no empty file for a secret, which would turn off what it protects', async () => {
    await using folder = await createTemporaryFolder()
    const file = join(folder.path, 'secret')
    await writeFile(file, ' \n')
    const load = () => parseConfig(schema, { secret: 'configured' }, { TOKEN_SECRET_FILE: file })
    expect(problemsOf(load)).toEqual(['TOKEN_SECRET_FILE: the file it names is empty'])
  })

  it.each([
    '0x10',
    '0b1',
    '0o17',
    '1e3',
    ' 80 ',
    '80\n',
    '\u0664\u0662',
    '1_000',
    'Infinity',
    '.5',
    '5.',
    '--1',
  ])('takes no number but one in decimal digits: not %j', (value) => {
    const both = z.object({
      port: integer({ min: -10, max: 65_535, fallback: 1 }, 'The port.', 'PORT'),
      sigma: number({ min: -10, max: 2000, fallback: 1 }, 'A width.', 'SIGMA'),
    })
    expect(problemsOf(() => parseConfig(both, {}, { PORT: value, SIGMA: value }))).toEqual([
      `port (PORT): must be a whole number, written in decimal digits; received ${JSON.stringify(value)}`,
      `sigma (SIGMA): must be a number, written in decimal digits; received ${JSON.stringify(value)}`,
    ])
  })

  it('takes a sign where the setting allows for one, and a fraction', () => {
    const both = z.object({
      shift: integer({ min: -10, max: 10, fallback: 1 }, 'A shift.', 'SHIFT'),
      sigma: number({ min: 0, max: 10, fallback: 1 }, 'A width.', 'SIGMA'),
    })
    expect(parseConfig(both, {}, { SHIFT: '-3', SIGMA: '+0.25' })).toEqual({
      shift: -3,
      sigma: 0.25,
    })
    expect(problemsOf(() => parseConfig(both, {}, { SHIFT: '2.5', SIGMA: '-1' }))).toHaveLength(2)
  })

  it('is frozen to its depth', () => {
    const config = parseConfig(schema, {}, {})
    expect(() => Object.assign(config.webp, { on: false })).toThrow(TypeError)
  })

  it('shows no part of a secret that is a list, nor what stands around it', () => {
    const secrets = z.object({
      signing: z.object({ keys: list([], { description: 'Keys.', env: 'KEYS', secret: true }) }),
    })
    for (const signing of [{ keys: [1234567890123456] }, ['1234567890123456']]) {
      const [problem, ...others] = problemsOf(() => parseConfig(secrets, { signing }, {}))
      expect(others).toEqual([])
      expect(problem).toMatch(/received \*\*\*$/)
    }
  })

  it('takes numbers in a list of a file', () => {
    const widths = z.object({ widths: list([], { description: 'Widths.', env: 'WIDTHS' }) })
    expect(parseConfig(widths, { widths: [200, '400'] }, {})).toEqual({ widths: ['200', '400'] })
  })

  it('takes an address without what is blank around it, and none with a line break in it', () => {
    const addresses = z.object({ url: address(['https'], { description: 'An address.' }) })
    const read = (url: string) => parseConfig(addresses, { url }, {})
    expect(read(' https://cdn.example/\n')).toEqual({ url: 'https://cdn.example' })
    for (const url of ['https://cdn\n.example', 'https://cdn.example/\ta']) {
      expect(problemsOf(() => read(url))).toHaveLength(1)
    }
  })

  it('lists all mistakes at once, with key, variable and what was received, but no secret', () => {
    const files = { webp: { on: 'maybe' }, secret: 7 }
    const problems = problemsOf(() => parseConfig(schema, files, { PORT: '70000' }))
    expect(problems).toHaveLength(3)
    expect(problems[0]).toMatch(/^port \(PORT\): .*65535.*received "70000"$/)
    expect(problems[1]).toMatch(/^secret \(TOKEN_SECRET\): .*received \*\*\*$/)
    expect(problems[2]).toMatch(/^webp\.on \(WEBP\): .*received "maybe"$/)
  })

  it('knows the rules between settings', () => {
    const aws = (settings: object) => () =>
      parseConfig(z.object({ aws: awsSettings }), { aws: settings }, {})
    expect(problemsOf(aws({ bucket: 'b' }))).toEqual([expect.stringContaining('aws.cache_host')])
    expect(problemsOf(aws({ bucket: 'b', bucket_url: 'https://b.example/' }))).toEqual([])
    expect(problemsOf(aws({ access_key: 'a' }))).toEqual([
      expect.stringContaining('aws.secret_key'),
    ])
  })

  it("makes an address of the seed's separate keys", () => {
    const settings = { user: 'me@home', password: 'p/w:d', host: 'db', database: 'images' }
    const { postgresql } = parseConfig(
      z.object({ postgresql: postgresqlSettings }),
      { postgresql: settings },
      {},
    )
    const url = new URL(postgresql.url ?? '')
    expect([
      decodeURIComponent(url.username),
      decodeURIComponent(url.password),
      url.host,
      url.pathname,
    ]).toEqual(['me@home', 'p/w:d', 'db:5432', '/images'])
  })
})

/** What node-postgres makes of the address that is made of the keys. */
function connectionTo(host: string) {
  const files = { postgresql: { user: 'me', password: 'p@', host, port: 5433, database: 'images' } }
  const { postgresql } = parseConfig(z.object({ postgresql: postgresqlSettings }), files, {})
  const client = new pg.Client({ connectionString: postgresql.url ?? '' })
  return { host: client.host, port: client.port, database: client.database }
}

describe('postgresql.host', () => {
  it('may be an IPv6 address as it is written in URLs', () => {
    expect(connectionTo('[::1]').host).toBe('::1')
  })

  it.each(['db', 'db_1.example', '192.0.2.7', '::1', '2001:db8::7', '/var/run/postgresql'])(
    'may be %s',
    (host) => {
      expect(connectionTo(host)).toEqual({ host, port: 5433, database: 'images' })
    },
  )

  it.each([
    'db:5433',
    'me@db',
    'db/images',
    'db name',
    'var/run/postgresql',
    '[::1',
    'fe80::1%eth0',
  ])('is refused by its name, with the other mistakes, where it is %s', (host) => {
    const files = { postgresql: { host, pool: 0, database: 'images' } }
    const work = () => parseConfig(z.object({ postgresql: postgresqlSettings }), files, {})
    expect(problemsOf(work)).toEqual([
      expect.stringMatching(/^postgresql\.host: must be a host name/),
      expect.stringMatching(/^postgresql\.pool: /),
    ])
  })
})

describe('loadConfig', () => {
  it('merges default.json, the file of NODE_ENV and NODE_CONFIG, the later one winning', async () => {
    await using folder = await createTemporaryFolder()
    await writeFile(join(folder.path, 'default.json'), '{"port": 1, "secret": "default"}')
    await writeFile(join(folder.path, 'production.json'), '{"port": 2}')
    const env = {
      NODE_CONFIG_DIR: folder.path,
      NODE_ENV: 'production',
      NODE_CONFIG: '{"webp":{"on":false}}',
    }
    expect(loadConfig(schema, env)).toEqual({ port: 2, secret: 'default', webp: { on: false } })
  })

  it('says that NODE_CONFIG is not JSON', async () => {
    await using folder = await createTemporaryFolder()
    const env = { NODE_CONFIG_DIR: folder.path, NODE_CONFIG: '{' }
    expect(problemsOf(() => loadConfig(schema, env))).toEqual(['NODE_CONFIG: is not valid JSON'])
  })
})
