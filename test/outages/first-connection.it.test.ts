import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { provideDatabase } from '@iaas/testing/postgres'
import { startOwnRedis } from '@iaas/testing/redis'
import { describe, expect, it } from '@jest/globals'
import { postToken } from '../support/http.ts'
import { startStack } from '../support/stack.ts'

/** How many connections are never answered, after the one of the migration. */
const lost = 4

/** Stands before a database that has no processor time for its next connections. */
async function startBusyDatabase(url: string) {
  let count = 0
  const server = createServer((client) => {
    count += 1
    client.on('error', () => {})
    if (count > 1 && count <= 1 + lost) return void client.resume()
    const { hostname, port } = new URL(url)
    const upstream = connect(Number(port), hostname)
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
    client.pipe(upstream).pipe(client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const through = new URL(url)
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url: through.href, [Symbol.asyncDispose]: async () => void server.close() }
}

describe('an api that starts on a busy machine', () => {
  it('F46 takes requests once it has a connection to the database, so that the first token is issued', async () => {
    await using database = await provideDatabase()
    await using redis = await startOwnRedis()
    await using busy = await startBusyDatabase(database.url)
    await using stack = await startStack({
      entry: 'services/api/dist/main.js',
      env: { DATABASE_URL: busy.url, REDIS_URL: redis.url },
    })
    expect((await postToken(stack.base, { id: 'first' })).status).toBe(200)
  })
})
