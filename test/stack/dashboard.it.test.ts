import { makePhoto } from '@iaas/testing/images/make-photo'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, askUntil, basic, store } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'

const admin = basic('admin', 'a long password')
const credentials = { ADMIN_USER: 'admin', ADMIN_PASSWORD: 'a long password' }

describe('the dashboard of the queues', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ env: credentials })
    await store(stack.base, 'photo', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
    await ask(stack.base, '/photo_30_30.jpg')
    await askUntil(({ status }) => status === 307, stack.base, '/photo_30_30.jpg')
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  it('is there for who has the credentials, with every queue', async () => {
    const page = await ask(stack.admin, '/queues', { headers: admin })
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    const script = /static\/js\/main[^"]+/.exec(page.body.toString())?.[0]
    expect((await ask(stack.admin, `/queues/${script}`, { headers: admin })).status).toBe(200)
    const answer = await ask(stack.admin, '/queues/api/queues', { headers: admin })
    const { queues } = JSON.parse(answer.body.toString()) as {
      queues: readonly { readonly name: string; readonly readOnlyMode: boolean }[]
    }
    expect(queues.map(({ name, readOnlyMode }) => [name, readOnlyMode])).toEqual([
      ['uploads', true],
      ['records', true],
      ['purges', true],
    ])
  })

  it.each([
    ['none', {}],
    ['another user', basic('root', 'a long password')],
    ['another password', basic('admin', 'a long passwore')],
    ['a malformed header', { Authorization: 'Basic !!!' }],
    ['another scheme', { Authorization: 'Bearer a long password' }],
  ])('is 401 with the credentials %s, whatever the path', async (_name, headers) => {
    for (const path of ['/queues', '/queues/', '/queues/api/queues', '/anything']) {
      const answer = await ask(stack.admin, path, { headers })
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([
        401,
        'Basic realm="admin", charset="UTF-8"',
      ])
    }
  })

  it('only shows: every change is refused', async () => {
    for (const path of ['/queues/api/queues/pause', '/queues/api/queues/uploads/empty']) {
      const answer = await ask(stack.admin, path, { method: 'PUT', headers: admin })
      expect(answer.status).toBe(405)
    }
  })

  it('may not be framed, kept or sniffed', async () => {
    const { headers } = await ask(stack.admin, '/queues', { headers: admin })
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    })
  })

  it('R22 is never on the public port', async () => {
    const statuses = ['/queues', '/queues/', '/queues/api/queues'].map(
      async (path) => (await ask(stack.base, path, { headers: admin })).status,
    )
    expect(await Promise.all(statuses)).toEqual([400, 400, 400])
  })

  it('has the documentation of the management API beside it', async () => {
    const { status, headers, body } = await ask(stack.admin, '/api', { headers: admin })
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(body.toString()).toContain('GET /_api/v1/originals/{id}')
    expect((await ask(stack.admin, '/api')).status).toBe(401)
  })

  it('leaves metrics and health without credentials', async () => {
    expect((await ask(stack.admin, '/metrics')).status).toBe(200)
    expect((await ask(stack.admin, '/healthz')).status).toBe(200)
  })
})

describe('the dashboard of the queues that may change them', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ env: { ...credentials, ADMIN_READ_ONLY: 'false' } })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  const pause = (headers: Record<string, string>) =>
    ask(stack.admin, '/queues/api/queues/uploads/pause', {
      method: 'PUT',
      headers: { ...admin, ...headers },
    })

  it('R43 takes no change of a page of another origin, whatever its browser says, by any method', async () => {
    const addJob = '/queues/api/queues/uploads/add'
    const foreign = ['http://evil.example', 'https://127.0.0.1', 'null', 'not an origin', '']
    const requests = foreign.flatMap((Origin) =>
      ['POST', 'PUT', 'DELETE', 'PATCH'].map((method) =>
        ask(stack.admin, addJob, { method, headers: { ...admin, Origin } }),
      ),
    )
    const statuses = (await Promise.all(requests)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([403]))
    const own = await pause({ Origin: stack.admin })
    expect(own.status).toBe(200)
  })

  it('takes changes of its own page, and none that a page of another origin asks for', async () => {
    expect((await pause({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await pause({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200)
    const answer = await ask(stack.admin, '/queues/api/queues', { headers: admin })
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      queues: [{ name: 'uploads', isPaused: true }, { name: 'records' }, { name: 'purges' }],
    })
  })
})

describe('an admin listener without credentials', () => {
  it('R22 has no dashboard at all', async () => {
    await using stack = await startStack()
    expect((await ask(stack.admin, '/queues')).status).toBe(404)
    expect((await ask(stack.admin, '/queues/api/queues', { headers: admin })).status).toBe(404)
  })
})
