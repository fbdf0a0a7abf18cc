import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { createSecretLimit } from '../../src/limits/secret-limit.ts'
import { createAuthenticate } from '../../src/management/authenticate.ts'
import type { ApiKey } from '../../src/management/config.ts'
import { createFindKey } from '../../src/management/find-key.ts'

const toKey = (name: string, text: string): ApiKey => ({
  name,
  sha256: hash('sha256', text, 'hex'),
  scopes: ['stats'],
})
const findKey = createFindKey([toKey('first', 'key-1'), toKey('second', 'key-2')])

function setUp(quota = 0) {
  const authenticate = createAuthenticate(
    findKey,
    createSecretLimit({ what: 'wrong-keys', quota, shared: undefined }),
  )
  /** Headers as they arrived, names and values in turn. */
  return (rawHeaders: readonly string[], client = 'somebody') =>
    authenticate({ rawHeaders } as unknown as IncomingMessage, client).then(
      ({ name }) => name,
      (error: { code: string }) => error.code,
    )
}

describe('the key of a call', () => {
  it('T62 is found among all keys, whichever comes first', () => {
    expect(['key-1', 'key-2', 'key-3', ''].map((text) => findKey(text)?.name)).toEqual([
      'first',
      'second',
      undefined,
      undefined,
    ])
  })

  it('T62 is not its digest: whoever reads the configuration has no key', () => {
    expect(findKey(hash('sha256', 'key-1', 'hex'))).toBeUndefined()
  })

  it.each([
    ['Bearer key-1', 'first'],
    ['bearer  key-2', 'second'],
    ['Bearer key-3', 'KEY_WRONG'],
    ['Bearer key-1 ', 'KEY_WRONG'],
    ['Bearer key-1, Bearer key-2', 'KEY_WRONG'],
    ['Bearer', 'KEY_WRONG'],
    ['Bearerkey-1', 'KEY_WRONG'],
    ['Basic a2V5LTE6', 'KEY_WRONG'],
    ['key-1', 'KEY_WRONG'],
    ['', 'KEY_WRONG'],
  ])('reads "%s" as %s', async (value, outcome) => {
    expect(await setUp()(['Host', 'x', 'authorization', value])).toBe(outcome)
  })

  it('T64 stands in one header: with two, servers would differ about who calls', async () => {
    const ask = setUp()
    const headers = ['Authorization', 'Bearer key-1', 'AUTHORIZATION', 'Bearer key-2']
    expect(await ask(headers)).toBe('KEY_WRONG')
    expect(await ask(['X-Authorization', 'Bearer key-1', 'Cookie', 'Bearer key-1'])).toBe(
      'KEY_WRONG',
    )
  })

  it('T60 is not tried for long: beyond the limit a right one is refused, and other clients are not', async () => {
    const ask = setUp(3)
    const guess = (text: string, client?: string) =>
      ask(['Authorization', `Bearer ${text}`], client)
    const outcomes: string[] = []
    for (const text of ['a', 'b', 'c', 'd', 'key-1']) outcomes.push(await guess(text))
    expect(outcomes).toEqual([
      'KEY_WRONG',
      'KEY_WRONG',
      'KEY_WRONG',
      'TOO_MANY_ATTEMPTS',
      'TOO_MANY_ATTEMPTS',
    ])
    expect(await guess('key-1', 'somebody else')).toBe('first')
  })

  it('is not guessed by a client that sends none', async () => {
    const ask = setUp(1)
    for (let call = 0; call < 3; call += 1) expect(await ask([])).toBe('KEY_WRONG')
    expect(await ask(['Authorization', 'Bearer key-1'])).toBe('first')
  })
})
