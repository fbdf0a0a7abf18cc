import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { createSilentLogger } from '@iaas/common/log'
import { createDatabase, pingDatabase } from '@iaas/stores/postgres/database'
import { provideDatabase } from '@iaas/testing/postgres'
import { describe, expect, it } from '@jest/globals'

/** Stands before a server, and can make the connections that there are silent, as where a machine has vanished. */
async function startSilencer(url: string) {
  const { hostname, port } = new URL(url)
  const clients = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    clients.add(client)
    client.pipe(upstream).pipe(client)
    client.on('error', () => {}).on('close', () => upstream.destroy())
    upstream.on('error', () => {})
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = `${(server.address() as AddressInfo).port}`
  return {
    url: through.href,
    silence() {
      for (const client of clients) client.unpipe().pause()
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

describe('F2 a server that vanishes without a word', () => {
  it('costs each of its connections one answer, and none of the new ones', async () => {
    await using database = await provideDatabase()
    await using silencer = await startSilencer(database.url)
    const db = createDatabase({
      url: silencer.url,
      poolSize: 1,
      statementTimeoutMs: 200,
      log: createSilentLogger(),
    })
    await pingDatabase(db)
    silencer.silence()
    await expect(pingDatabase(db)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await pingDatabase(db)
    await db.destroy()
  })
})
