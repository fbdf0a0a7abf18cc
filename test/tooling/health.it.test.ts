import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { findFreePort } from '@iaas/testing/free-port'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const script = join(import.meta.dirname, '..', '..', 'scripts', 'health.sh')

async function check(port: number, path: string): Promise<number | null> {
  const child = spawn('bash', [script, `${port}`, path], { stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

describe('the health check of a service', () => {
  const statuses: Readonly<Record<string, number>> = { '/readyz': 200, '/draining': 503 }
  const server = createServer((req, res) => {
    const status = statuses[req.url ?? '']
    if (status !== undefined) res.writeHead(status).end()
  })
  const port = () => (server.address() as AddressInfo).port

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('succeeds if the answer is 200', async () => {
    expect(await check(port(), '/readyz')).toBe(0)
  })

  it.each(['/draining', '/silent'])('fails if %s is not answered 200 in time', async (path) => {
    expect(await check(port(), path)).not.toBe(0)
  })

  it('fails if nobody listens', async () => {
    expect(await check(await findFreePort(), '/readyz')).not.toBe(0)
  })
})
