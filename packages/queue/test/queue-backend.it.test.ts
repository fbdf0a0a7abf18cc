import { ConfigError } from '@iaas/common/config/config-error'
import { parseConfig } from '@iaas/common/config/load'
import { createSilentLogger } from '@iaas/common/log'
import { createPersistence } from '@iaas/queue/persistence'
import { type RedisQueues, chooseQueueBackend, toQueuePrefix } from '@iaas/queue/queue-backend'
import { redisSettings } from '@iaas/stores/redis/config'
import { findFreePort } from '@iaas/testing/free-port'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'

const database = 'postgres://db/iaas'

function read(env: Readonly<Record<string, string>>) {
  return { redis: parseConfig(redisSettings, {}, env) }
}

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    read(env)
    return []
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)]
  }
}

describe('the servers of the queues', () => {
  it('are those of the spool, and the database where there is no Redis', () => {
    expect(chooseQueueBackend(read({}), database)).toEqual({ kind: 'postgres', url: database })
    expect(chooseQueueBackend(read({ REDIS_URL: 'redis://one' }), database)).toEqual({
      kind: 'redis',
      url: 'redis://one',
    })
  })

  it('F63 are their own where they are configured', () => {
    const { redis } = read({ REDIS_URL: 'redis://spool', REDIS_QUEUES_URL: 'redis://queues' })
    expect(redis.servers).toEqual({ url: 'redis://spool' })
    expect(chooseQueueBackend({ redis }, database)).toEqual({
      kind: 'redis',
      url: 'redis://queues',
    })
  })

  it('F63 are named by sentinels, with the login of both', () => {
    const env = {
      REDIS_SENTINELS: 'one, two:26380, [::1]:1',
      REDIS_SENTINEL_MASTER: 'images',
      REDIS_SENTINEL_PASSWORD: 'of sentinels',
      REDIS_PASSWORD: 'of servers',
      REDIS_TLS: 'true',
    }
    expect(read(env).redis.servers).toEqual({
      sentinels: [
        { host: 'one', port: 26_379 },
        { host: 'two', port: 26_380 },
        { host: '::1', port: 1 },
      ],
      master: 'images',
      sentinelPassword: 'of sentinels',
      password: 'of servers',
      tls: true,
    })
  })

  it('are of one kind, and written as host and port', () => {
    const both = { REDIS_URL: 'redis://one', REDIS_CLUSTER: 'two' }
    expect(problemsOf(both)).toEqual([expect.stringMatching(/^cluster .*only one of/)])
    for (const text of ['redis://one', 'one:port', 'one:70000', '::1', 'user@one', 'one/2']) {
      expect(problemsOf({ REDIS_SENTINELS: text })).toEqual([expect.stringMatching(/host:port/)])
    }
  })

  it('F64 keep the keys of existing installations, and have a hash tag in a cluster only', () => {
    const prefixOf = (env: Readonly<Record<string, string>>) =>
      toQueuePrefix(chooseQueueBackend(read(env), database) as RedisQueues)
    expect(prefixOf({ REDIS_URL: 'redis://one' })).toBe('iaas')
    expect(prefixOf({ REDIS_SENTINELS: 'one' })).toBe('iaas')
    expect(prefixOf({ REDIS_CLUSTER: 'one' })).toBe('{iaas}')
  })

  it('F63 refuse jobs at once while no sentinel answers', async () => {
    const { redis } = read({ REDIS_SENTINELS: `127.0.0.1:${await findFreePort()}` })
    const backend = chooseQueueBackend({ redis }, database)
    const log = createSilentLogger()
    await using persistence = createPersistence({ backend, log, timeoutMs: 10_000 })
    const added = persistence.schedule({ variant: makeVariant(), renderedAt: 1_764_000_000_000 })
    await expect(added).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: { message: expect.stringMatching(/^Redis is /) },
    })
  })
})
