import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { apiConfigSchema } from '@iaas/api/config'
import { scopes } from '@iaas/api/management/scopes'
import { parseConfig } from '@iaas/common/config/load'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'

const script = join(import.meta.dirname, '..', '..', 'deploy', 'provide-secrets.sh')

describe('the secrets of the compose project', () => {
  let root: Awaited<ReturnType<typeof createTemporaryFolder>>
  let secrets: string
  let volumes: string
  let database: string

  beforeEach(async () => {
    root = await createTemporaryFolder()
    secrets = join(root.path, 'secrets')
    volumes = join(root.path, 'volumes')
    database = join(root.path, 'database')
    for (const folder of [secrets, volumes, database]) await mkdir(folder)
  })
  afterEach(async () => {
    await root[Symbol.asyncDispose]()
  })

  const provide = (env: Readonly<Record<string, string>> = {}) => {
    const folders = { SECRETS_DIR: secrets, VOLUMES_DIR: volumes, DATABASE_DIR: database }
    const { status, stderr } = spawnSync('sh', [script], {
      env: { PATH: process.env['PATH'], ...folders, ...env },
      encoding: 'utf8',
    })
    return { status, stderr }
  }
  const read = async (...path: readonly string[]) =>
    (await readFile(join(root.path, ...path), 'utf8')).trim()
  const change = (name: string, value: string) => writeFile(join(secrets, name), `${value}\n`)

  it('T23 are random at the first start, for their owner only, and stay as they are later', async () => {
    expect(provide().status).toBe(0)
    const names = (await readdir(secrets)).toSorted()
    const values = await Promise.all(names.map((name) => read('secrets', name)))
    const generated = [
      'token_secret',
      'token_secret_previous',
      'admin_password',
      's3_secret_key',
      'links_secret',
      'edge_purge_secret',
    ]
    for (const name of [...generated, 'postgres_password', 'api_key']) {
      expect(values[names.indexOf(name)]).toMatch(/^[0-9a-f]{48}$/)
    }
    expect(new Set(values).size).toBe(values.length)
    for (const name of names) expect((await stat(join(secrets, name))).mode & 0o777).toBe(0o600)

    expect(provide().status).toBe(0)
    expect(await Promise.all(names.map((name) => read('secrets', name)))).toEqual(values)
  })

  it('T23 go to the services that need them, and to no others', async () => {
    provide()
    const given = Object.fromEntries(
      await Promise.all(
        (await readdir(volumes)).map(
          async (service) => [service, (await readdir(join(volumes, service))).toSorted()] as const,
        ),
      ),
    )
    const store = ['s3_access_key', 's3_secret_key']
    expect(given).toEqual({
      api: [
        'admin_password',
        'api_keys',
        'database_url',
        'links_secret',
        ...store,
        'token_secret',
        'token_secret_previous',
      ],
      uploader: ['database_url', 'edge_purge_secret', 'links_secret', ...store],
      'edge-purger': ['edge_purge_secret'],
      bucket: store,
      postgres: ['postgres_password'],
      s3: store,
      grafana: ['admin_password'],
    })
  })

  it('T23 reach the services anew where the operator has changed them', async () => {
    provide()
    await change('token_secret', 'a secret of mine')
    provide()
    expect(await read('volumes', 'api', 'token_secret')).toBe('a secret of mine')
  })

  it('T23 give the api the digest of the key of the management API, in the form of API_KEYS', async () => {
    provide()
    const [key, keys] = [await read('secrets', 'api_key'), await read('volumes', 'api', 'api_keys')]
    expect(keys).not.toContain(key)
    const { api } = parseConfig(apiConfigSchema, {}, { API_KEYS: keys })
    const sha256 = hash('sha256', key, 'hex')
    expect(api.keys).toEqual([{ name: 'operator', sha256, scopes: [...scopes] }])
  })

  it('puts any password into the address of the database', async () => {
    await change('postgres_password', 'p@ss:w/rd ü%')
    provide()
    const { password } = new URL(await read('secrets', 'database_url'))
    expect(decodeURIComponent(password)).toBe('p@ss:w/rd ü%')
  })

  it('keeps the password of a database that was set up with the former default', async () => {
    await writeFile(join(database, 'PG_VERSION'), '17\n')
    expect(provide()).toEqual({ status: 0, stderr: expect.stringContaining('postgres_password') })
    expect(await read('volumes', 'postgres', 'postgres_password')).toBe('change-me-postgres')
  })

  it('takes the keys of S3 that the environment names, as before', async () => {
    provide({ S3_ACCESS_KEY: 'mine', S3_SECRET_KEY: 'my secret' })
    expect(await read('volumes', 's3', 's3_access_key')).toBe('mine')
    expect(await read('volumes', 'uploader', 's3_secret_key')).toBe('my secret')
  })

  it.each(['0.0.0.0', '192.0.2.1', '::'])(
    'T23 are refused at %s where everyone knows them',
    async (address) => {
      await change('admin_password', 'change-me-admin-password')
      const { status, stderr } = provide({ EDGE_ADDRESS: address })
      expect([status, stderr]).toEqual([1, expect.stringContaining('admin_password')])
      expect(await readdir(volumes)).toEqual([])
      expect(provide({ EDGE_ADDRESS: '127.0.0.1' }).status).toBe(0)
    },
  )
})
