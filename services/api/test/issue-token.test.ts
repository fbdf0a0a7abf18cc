import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFakeOriginalStore } from '@iaas/testing/fakes/original-store'
import { createFakeTokenStore } from '@iaas/testing/fakes/token-store'
import { describe, expect, it } from '@jest/globals'
import { createIssuePermit } from '../src/issue-permit.ts'
import { createIssueToken } from '../src/issue-token.ts'
import { createSecretLimit } from '../src/limits/secret-limit.ts'

const secret = 'a long secret'

function createIssuer(quota: number, secrets: readonly string[] = [secret]) {
  return createIssueToken({
    issuePermit: createIssuePermit({
      tokens: createFakeTokenStore(Date.now),
      replacements: createFakeTokenStore(Date.now),
      originals: createFakeOriginalStore('/nowhere'),
    }),
    secrets,
    wrongSecrets: createSecretLimit({ what: 'wrong-secrets', quota, shared: undefined }),
  })
}

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'issued',
    (error: { code: string }) => error.code,
  )

describe('the secret of /token', () => {
  it('T19 is refused whatever its length and type', async () => {
    const issue = createIssuer(0)
    const lengths = [0, 1, 12, 13, 14, 64, 1000, 65_536, 1_000_000]
    const guesses = [
      ...lengths.map((length) => 'x'.repeat(length)),
      ...lengths.map((length) => secret.repeat(length).slice(0, length)),
      `${secret}\0`,
      '\ud800',
      [secret],
      { length: secret.length },
      null,
      7,
      true,
    ].filter((guess) => guess !== secret)
    for (const guess of guesses) {
      expect(await codeOf(issue({ id: 'x', secret: guess }, 'c'))).toBe('SECRET_WRONG')
    }
    expect(await codeOf(issue({ id: 'x', secret }, 'c'))).toBe('issued')
  })

  it('T19 may be the one before, while backends change to a new one', async () => {
    const issue = createIssuer(0, ['the new secret', 'the previous secret'])
    expect(await codeOf(issue({ id: 'x', secret: 'the new secret' }, 'c'))).toBe('issued')
    expect(await codeOf(issue({ id: 'y', secret: 'the previous secret' }, 'c'))).toBe('issued')
    expect(await codeOf(issue({ id: 'z', secret: 'the oldest secret' }, 'c'))).toBe('SECRET_WRONG')
  })

  it('T19 is compared by digests of one length, in constant time, wherever there is one', async () => {
    const root = join(import.meta.dirname, '..', '..', '..')
    const read = (file: string) => readFile(join(root, file), 'utf8')
    const compare = await read('packages/common/src/equal-secrets.ts')
    expect(compare).toContain('return timingSafeEqual(hash(expected), hash(received))')
    expect(compare).toContain("createHash('sha256')")
    for (const user of ['issue-token.ts', 'admin/is-administrator.ts']) {
      expect(await read(`services/api/src/${user}`)).toMatch(/equalSecrets\(/)
    }
    const signer = await read('services/api/src/signing/url-signer.ts')
    expect(signer).toContain('timingSafeEqual(Buffer.from(signatureOf(key, text)), given)')
  })

  it('T20 is not to be guessed by a client that was wrong too often, not even when it is right', async () => {
    const issue = createIssuer(3)
    const guess = (value: unknown, client: string) =>
      codeOf(issue({ id: 'x', secret: value }, client))
    for (const wrong of ['a', 'b', undefined])
      expect(await guess(wrong, 'one')).toBe('SECRET_WRONG')
    expect(await guess('d', 'one')).toBe('TOO_MANY_ATTEMPTS')
    expect(await guess(secret, 'one')).toBe('TOO_MANY_ATTEMPTS')
    expect(await guess(secret, 'other')).toBe('issued')
  })

  it('T20 counts no right secret, and tells when there may be a next attempt', async () => {
    const issue = createIssuer(1)
    for (const id of ['a', 'b', 'c'])
      expect(await codeOf(issue({ id, secret }, 'c'))).toBe('issued')
    await expect(issue({ id: 'd' }, 'c')).rejects.toMatchObject({ code: 'SECRET_WRONG' })
    const refusal = { code: 'TOO_MANY_ATTEMPTS', rateLimit: { quota: 1, windowSeconds: 60 } }
    await expect(issue({ id: 'd' }, 'c')).rejects.toMatchObject(refusal)
  })

  it('T20 guesses that come all at once are counted as well', async () => {
    const issue = createIssuer(5)
    const codes = await Promise.all(
      Array.from({ length: 100 }, (_, guess) => codeOf(issue({ secret: `${guess}` }, 'c'))),
    )
    expect(codes.filter((code) => code === 'SECRET_WRONG')).toHaveLength(5)
  })
})
