import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError } from '@iaas/common/errors'
import { createSilentLogger } from '@iaas/common/log'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { createAnswerError } from '../../src/http/error-handler.ts'
import type { RequestRecord } from '../../src/http/request-record.ts'
import { createAnswerCall } from '../../src/management/answer-call.ts'
import type { Routes } from '../../src/management/contract/define-route.ts'
import { managementErrors } from '../../src/management/error-dialect.ts'
import { createFindResource } from '../../src/management/find-route.ts'

const common = { status: 200, answer: z.unknown(), errors: [], summary: '' } as const

/** A table with every kind of input. */
const routes = {
  getThing: {
    ...common,
    method: 'GET',
    path: '/things/{id}',
    scope: 'stats',
    query: z.strictObject({ limit: z.coerce.number().int('must be a whole number').optional() }),
  },
  makeThing: {
    ...common,
    status: 202,
    method: 'POST',
    path: '/things/{id}',
    scope: 'purge',
    query: z.strictObject({}),
    body: z.strictObject({ name: z.string(), list: z.array(z.number()).optional() }),
  },
} as const satisfies Routes

const findResource = createFindResource(routes, {
  getThing: async ({ parameters, query }) => ({ body: { ...parameters, ...query }, etag: '"a"' }),
  makeThing: async ({ body, caller }) => {
    if (body.name === 'taken') throw new AppError('ID_TAKEN', 'It is taken.')
    return { body: { ...body, caller }, location: '/elsewhere' }
  },
})

describe('a call of the management API', () => {
  let server: Server
  let base = ''

  beforeAll(async () => {
    const answerCall = createAnswerCall({
      findResource,
      repeatCall: (_call, work) => work(),
      authenticate: async () => ({ name: 'tester', sha256: '', scopes: ['stats', 'purge'] }),
      clientOf: () => 'somebody',
      openAudit: () => ({}),
      answerError: createAnswerError(createSilentLogger(), managementErrors),
    })
    server = createServer((req, res) => {
      void answerCall(req, res, { requestId: 'an id' } as RequestRecord)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/_api/v1`
  })
  afterAll(() => void server?.close())

  async function ask(path: string, init: RequestInit = {}) {
    const answer = await fetch(`${base}${path}`, init)
    const text = await answer.text()
    const body = (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>
    return { status: answer.status, headers: answer.headers, body }
  }

  const post = (body: string, type = 'application/json') =>
    ask('/things/a', { method: 'POST', body, headers: { 'Content-Type': type } })

  it('gets parameters and query parsed by the schemas of its route', async () => {
    const { status, body } = await ask('/things/a%20%C3%A9?limit=3')
    expect([status, body]).toEqual([200, { id: 'a é', limit: 3 }])
  })

  it.each([
    ['/things/a?limit=1&limit=2', /"limit" is given more than once/],
    ['/things/a?limits=1', /no parameter "limits"; known are limit\./],
    ['/things/a?__proto__=1', /no parameter "__proto__"/],
    ['/things/a?limit=1.5', /"limit": must be a whole number/],
    ['/things/%ff', /percent-encoded/],
  ])('is refused with what is wrong with it: %s', async (path, detail) => {
    const { status, body } = await ask(path)
    expect([status, body['type']]).toEqual([400, 'urn:iaas:problem:invalid-request'])
    expect(body['detail']).toMatch(detail)
  })

  it('gets a JSON body parsed, and the name of its key', async () => {
    const { status, headers, body } = await post('{"name":"x","list":[1]}')
    expect([status, body]).toEqual([202, { name: 'x', list: [1], caller: 'tester' }])
    expect([headers.get('location'), headers.get('cache-control')]).toEqual([
      '/elsewhere',
      'no-store',
    ])
  })

  it.each([
    ['{"name":1}', 'application/json', 400, /field "name": expected string/],
    ['{"name":"x","list":["y"]}', 'application/json', 400, /field "list\.0": expected number/],
    ['{"name":"x","nmae":"y"}', 'application/json', 400, /"nmae"/],
    ['[]', 'application/json', 400, /The body: expected object/],
    ['{"name"', 'application/json; charset=utf-8', 400, /not valid JSON/],
    ['{"name":"x"}', 'text/plain', 400, /application\/json/],
    [`{"name":"${'x'.repeat(70_000)}"}`, 'application/json', 413, /at most 65536 bytes/],
  ])('refuses the body %.20s', async (text, type, status, detail) => {
    const answer = await post(text, type)
    expect(answer.status).toBe(status)
    expect(answer.body['detail']).toMatch(detail)
  })

  it('answers a conflict with 409 and the type of its error', async () => {
    const { status, headers, body } = await post('{"name":"taken"}')
    expect([status, body['type'], body['status']]).toEqual([409, 'urn:iaas:problem:id-taken', 409])
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it('answers HEAD as GET without a body, and 304 for the validator that it has', async () => {
    const head = await ask('/things/a', { method: 'HEAD' })
    expect([head.status, head.body, head.headers.get('etag')]).toEqual([200, {}, '"a"'])
    expect(head.headers.get('cache-control')).toBe('private, no-cache')
    const same = await ask('/things/a', { headers: { 'If-None-Match': 'W/"a", "b"' } })
    expect([same.status, same.body]).toEqual([304, {}])
  })

  it('lists the methods of a path in Allow', async () => {
    const { status, headers } = await ask('/things/a', { method: 'DELETE' })
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
    expect(headers.get('x-request-id')).toBe('an id')
  })

  it.each([
    '',
    '/',
    '/things',
    '/things/',
    '/things/a/',
    '/things//a',
    '/Things/a',
    '/%74hings/a',
    '/things/a/b',
  ])('has no route "%s"', async (path) => {
    const { status, body } = await ask(path)
    expect([status, body['type']]).toEqual([404, 'urn:iaas:problem:route-not-found'])
  })
})
