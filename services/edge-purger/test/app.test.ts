import { listen } from '@iaas/common/http/server'
import { describe, expect, it } from '@jest/globals'
import { createPurgerApp } from '../src/app.ts'
import type { PurgeTargets } from '../src/purge-targets.ts'

const secret = 'the-secret-of-the-edge'
const tag = 'a'.repeat(32)

async function start(isFull = false) {
  const begun: PurgeTargets[] = []
  const purges = {
    begin(targets: PurgeTargets) {
      begun.push(targets)
      return isFull ? undefined : 'p1'
    },
    stateOf: (id: string) => (id === 'p1' ? ('finished' as const) : undefined),
  }
  const server = await listen(createPurgerApp({ purges, secret }), { port: 0, host: '127.0.0.1' })
  const base = `http://127.0.0.1:${server.port}`
  const headers = { Authorization: `Bearer ${secret}` }
  return {
    base,
    begun,
    post: (body: unknown, init: RequestInit = {}) =>
      fetch(`${base}/purges`, { method: 'POST', headers, body: JSON.stringify(body), ...init }),
    get: (path: string, init: RequestInit = {}) => fetch(`${base}${path}`, { headers, ...init }),
    [Symbol.asyncDispose]: () => server.close(0),
  }
}

describe('the purger of an edge', () => {
  it('begins purges and tells their state', async () => {
    await using purger = await start()
    const body = { tags: [tag], paths: ['/cdn/a'] }
    const answer = await purger.post(body)
    expect([answer.status, await answer.json()]).toEqual([202, { id: 'p1' }])
    expect((await purger.post({ everything: true })).status).toBe(202)
    expect(purger.begun).toEqual([body, 'everything'])
    expect(await (await purger.get('/purges/p1')).json()).toEqual({ id: 'p1', state: 'finished' })
    expect((await purger.get('/purges/p2')).status).toBe(404)
  })

  it('R80 does nothing without its secret, whatever is asked', async () => {
    await using purger = await start()
    for (const Authorization of ['', 'Bearer', `Bearer ${secret}x`, `Basic ${secret}`, secret]) {
      const init = { headers: { Authorization } }
      expect((await purger.post({ everything: true }, init)).status).toBe(401)
      expect((await purger.get('/purges/p1', init)).status).toBe(401)
      expect((await purger.get('/nowhere', init)).status).toBe(401)
    }
    expect(purger.begun).toEqual([])
    expect((await fetch(`${purger.base}/healthz`)).status).toBe(200)
  })

  it.each([
    [{ tags: ['../../etc'], paths: [] }],
    [{ tags: [tag.toUpperCase()], paths: [] }],
    [{ tags: [], paths: ['cdn/a'] }],
    [{ tags: Array.from({ length: 1001 }, () => tag), paths: [] }],
    [{ everything: false }],
    [{ tags: [tag] }],
    [null],
  ])('R80 refuses the body %#', async (body) => {
    await using purger = await start()
    expect((await purger.post(body)).status).toBe(400)
    expect(purger.begun).toEqual([])
  })

  it('R80 reads no more of a body than it may have, and says when it is busy', async () => {
    await using purger = await start(true)
    const answer = await purger.post({ everything: true })
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '1'])
    const body = 'x'.repeat(5 * 2 ** 20)
    const large = await purger.post(undefined, { body }).catch(() => undefined)
    expect([413, undefined]).toContain(large?.status)
  })
})
