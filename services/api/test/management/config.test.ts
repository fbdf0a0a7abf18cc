import { hash } from 'node:crypto'
import { parseConfig } from '@iaas/common/config/load'
import { describe, expect, it } from '@jest/globals'
import { apiConfigSchema } from '../../src/config.ts'

const digest = (text: string) => hash('sha256', text, 'hex')
const shop = { name: 'shop', sha256: digest('one'), scopes: ['originals:read', 'purge'] }

const fromFile = (keys: unknown) => parseConfig(apiConfigSchema, { api: { keys } }, {}).api.keys
const fromEnv = (text: string) => parseConfig(apiConfigSchema, {}, { API_KEYS: text }).api.keys

describe('the keys of the management API', () => {
  it('has none by default', () => {
    expect([fromFile([]), fromEnv(''), fromEnv(' , \n')]).toEqual([[], [], []])
  })

  it('reads the same keys from a file and from the environment, one a line or between commas', () => {
    const console = { name: 'console-2', sha256: digest('two'), scopes: ['stats'] }
    const lines = [
      `shop:${shop.sha256}:originals:read+purge`,
      `console-2:${console.sha256.toUpperCase()}:stats`,
    ]
    const keys = [shop, console]
    expect(fromFile(keys)).toEqual(keys)
    expect(fromEnv(lines.join(', '))).toEqual(keys)
    expect(fromEnv(`${lines.join('\n')}\n`)).toEqual(keys)
  })

  it.each([
    [
      'a name with a space',
      { ...shop, name: 'my shop' },
      /api\.keys\.0\.name \(API_KEYS\): must be 1 to 64/,
    ],
    ['no name', { ...shop, name: undefined }, /api\.keys\.0\.name \(API_KEYS\): must be a text/],
    [
      'the key itself',
      { ...shop, sha256: 'one' },
      /api\.keys\.0\.sha256 \(API_KEYS\): must be the SHA-256/,
    ],
    [
      'the digest of nothing',
      { ...shop, sha256: digest('') },
      /sha256 .*: is the SHA-256 of an empty text/,
    ],
    [
      'a scope that is none',
      { ...shop, scopes: ['originals'] },
      /scopes\.0 .*: must be one of tokens,/,
    ],
    ['no scope', { ...shop, scopes: [] }, /scopes .*: must name at least one scope/],
    [
      'a field that is none',
      { ...shop, scope: 'purge' },
      /api\.keys\.0 .*: Unrecognized key: "scope"/,
    ],
  ])('refuses a key with %s', (_name, key, message) => {
    expect(() => fromFile([key])).toThrow(message)
  })

  it('refuses two keys of one name or one digest, because the log could not tell them apart', () => {
    expect(() => fromFile([shop, { ...shop, sha256: digest('two') }])).toThrow(
      /api\.keys\.1\.name .*: is the same as that of entry 0/,
    )
    expect(() => fromFile([shop, { ...shop, name: 'other' }])).toThrow(
      /api\.keys\.1\.sha256 .*: is the same as that of entry 0/,
    )
  })

  it.each(['shop', 'shop:', `shop:${shop.sha256}`, `${shop.sha256}:purge`, '[{"name":"shop"}]'])(
    'refuses "%s" in the environment',
    (text) => expect(() => fromEnv(text)).toThrow(/api\.keys\.0\.\w+ \(API_KEYS\)/),
  )

  it('lists all mistakes at once, and shows no value', () => {
    const text = `a b:${digest('x')}:purge,c:hunter2:write`
    expect(() => fromEnv(text)).toThrow(/keys\.0\.name[^]*keys\.1\.sha256[^]*keys\.1\.scopes\.0/)
    expect(() => fromEnv(text)).not.toThrow(/hunter2/)
  })
})
