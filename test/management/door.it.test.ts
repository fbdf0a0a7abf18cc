import { scopes } from '@iaas/api/management/scopes'
import { routes } from '@iaas/api/management/contract/routes'
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '@iaas/testing/until'
import { ask, json } from '../support/http.ts'
import { sendRaw } from '../support/raw-request.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { listFiles } from '../support/files.ts'
import { call, toApiKeys } from './_api.ts'

const keys = {
  all: { key: 'the-key-of-all', scopes },
  ...Object.fromEntries(
    scopes.map((scope) => [
      `no-${scope.replace(':', '-')}`,
      {
        key: `lacks-${scope}`.replace(':', '-'),
        scopes: scopes.filter((other) => other !== scope),
      },
    ]),
  ),
}
const { key } = keys.all

/** Every route as a request, whose parameters are harmless. */
const requests = Object.entries(routes).map(([name, { method, path, scope }]) => ({
  name,
  method,
  path: path.replace(/\{\w+\}/g, 'example'),
  scope,
}))

function connectTo(base: string): Socket {
  const { hostname, port } = new URL(base)
  return connect(Number(port), hostname).on('error', () => {})
}

describe('the door of the management API', () => {
  let stack: Stack

  beforeAll(async () => {
    const env = { API_KEYS: toApiKeys(keys), LOG_LEVEL: 'error', PLANT_EXAMPLE: 'true' }
    stack = await startStack({ env: { ...env, TRUSTED_PROXIES: '1' } })
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  it.each(requests)(
    'T61 $name is 401 without a key, with a challenge',
    async ({ method, path }) => {
      const answer = await ask(stack.base, `/_api/v1${path}`, { method })
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([
        401,
        'Bearer realm="api"',
      ])
      expect(answer.headers['content-type']).toBe('application/problem+json')
      expect(json(answer)['type']).toBe('urn:iaas:problem:key-wrong')
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    },
  )

  it.each(requests)(
    'T61 $name is 403 for a key without $scope',
    async ({ method, path, scope }) => {
      const poor = keys[`no-${scope.replace(':', '-')}` as keyof typeof keys]
      const answer = await call(stack.base, poor.key, path, { method })
      expect([answer.status, json(answer)['type']]).toEqual([403, 'urn:iaas:problem:scope-missing'])
      expect(json(answer)['detail']).toContain(scope)
    },
  )

  it('T61 tells a client without a key of no path and no method', async () => {
    for (const path of ['', '/', '/v1', '/v2/originals/x', '/v1/nothing', '/openapi.json']) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
        const { status, headers } = await ask(stack.base, `/_api${path}`, { method })
        expect([path, method, status]).toEqual([path, method, 401])
        expect(headers).not.toHaveProperty('allow')
        expect(headers).not.toHaveProperty('access-control-allow-origin')
      }
    }
  })

  it('R71 another spelling of the path is no call, even with a key', async () => {
    const spellings = [
      '/%5Fapi/v1/originals/example',
      '/_%61pi/v1/originals/example',
      '/_api%2Fv1/originals/example',
      '/_API/v1/originals/example',
      '/_api/V1/originals/example',
      '//_api/v1/originals/example',
      '/./_api/v1/originals/example',
      '/x/../_api/v1/originals/example',
      '/_api//v1/originals/example',
      '/_api/./v1/originals/example',
      '/_api/v1//originals/example',
      '/_api/v1/originals//example',
      '/_api/v1/originals/./example',
      '/_api/v1/x/../originals/example',
      '/_api/v1/originals/example/',
      '/_api/v1/originals/example/.',
      '/_api/v1/Originals/example',
      '/_api/v1/%6Friginals/example',
      '/_api;/v1/originals/example',
      '/_api/v1;/originals/example',
      '/_api\\v1\\originals\\example',
      '/_api/v1/originals/example%2F',
      '/_api/v1/originals/..%2Fexample',
      '/_api/v1/originals/example%00',
      '/_preset/../_api/v1/originals/example',
      '/_variants/../_api/v1/originals/example',
      '/_apix/v1/originals/example',
    ]
    for (const path of spellings) {
      const headers = { Authorization: `Bearer ${key}` }
      const { status, body } = await ask(stack.base, path, { headers })
      expect([path, [400, 404].includes(status)]).toEqual([path, true])
      expect([path, body.includes('uploaded_at')]).toEqual([path, false])
    }
    const absolute = await ask(stack.base, 'http://other.example/_api/v1/originals/example')
    expect(absolute.status).toBe(401)
  })

  it('R71 no image and no upload is below the path of the API', async () => {
    for (const id of ['_api', '_API', '_api/v1', '_api_1_1']) {
      const body = JSON.stringify({ id })
      const headers = { 'Content-Type': 'application/json' }
      const answer = await ask(stack.base, '/token', { method: 'POST', headers, body })
      expect([id, answer.status]).toEqual([id, 400])
    }
    const upload = await ask(stack.base, '/_api/v1/originals/x', { method: 'POST' })
    expect(upload.status).toBe(401)
    expect((await ask(stack.base, '/_api/example.jpg')).status).toBe(401)
  })

  it('T64 a key counts in one place only', async () => {
    const path = '/_api/v1/originals/example'
    const twice = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nauthorization: Bearer ${key}\r\nConnection: close\r\n\r\n`
    expect(await sendRaw(stack.base, twice)).toMatch(/^HTTP\/1\.1 401 /)
    const others = [
      { 'X-Authorization': `Bearer ${key}` },
      { 'Proxy-Authorization': `Bearer ${key}` },
      { Authorization: `Basic ${Buffer.from(`:${key}`).toString('base64')}` },
      { Cookie: `access_token=${key}; Authorization=Bearer ${key}` },
      { 'X-Token': key },
    ]
    for (const headers of others) {
      expect((await ask(stack.base, `${path}?access_token=x`, { headers })).status).toBe(401)
    }
  })

  it('T64 no header makes another method or path of a call', async () => {
    const headers = {
      'X-HTTP-Method-Override': 'GET',
      'X-Original-URL': '/_api/v1/originals/example',
      'X-Rewrite-URL': '/_api/v1/originals/example',
    }
    expect(
      (await call(stack.base, key, '/originals/example', { method: 'TRACE', headers })).status,
    ).toBe(405)
    expect((await call(stack.base, key, '/', { headers })).status).toBe(404)
  })

  it('T63 a body is not awaited before its key is checked, and leaves no file', async () => {
    const head = (more: string) =>
      `PUT /_api/v1/originals/x HTTP/1.1\r\nHost: x\r\n${more}Connection: close\r\n\r\n`
    const announced = await sendRaw(stack.base, head('Content-Length: 50000000\r\n'))
    expect(announced).toMatch(/^HTTP\/1\.1 401 /)
    const chunked = await sendRaw(stack.base, head('Transfer-Encoding: chunked\r\n'))
    expect(chunked).toMatch(/^HTTP\/1\.1 401 /)
    const files = await listFiles(`${stack.dataDir}/originals`)
    expect(files.filter((file) => file.includes('.incoming'))).toEqual([])
  })

  it('T60 whoever guesses keys is refused after thirty, and others are not', async () => {
    const guess = async (client: string, guessed: string) => {
      const headers = { 'X-Forwarded-For': client }
      return (await call(stack.base, guessed, '/originals/example', { headers })).status
    }
    const statuses: number[] = []
    for (let count = 0; count < 32; count += 1) statuses.push(await guess('192.0.2.1', `g${count}`))
    expect(statuses).toEqual([...Array<number>(30).fill(401), 429, 429])
    expect(await guess('192.0.2.1', key)).toBe(429)
    expect(await guess('192.0.2.2', key)).toBe(200)
  })

  it('T65 the line of a refused upload tells the answer, also if its client leaves at once', async () => {
    const client = connectTo(stack.base)
    client.write(`PUT /_api/v1/originals/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc`)
    await once(client, 'data')
    client.destroy()
    await until(() =>
      stack.output().includes('"method":"PUT","status":401,"errorCode":"KEY_WRONG"'),
    )
  })

  it('T65 every call leaves a line that says who, what and with which result, and never the key', async () => {
    const wrong = 'a-wrong-key-of-the-test'
    const asked = await call(stack.base, key, '/originals/exam%20ple?nothing=1')
    const refused = await call(stack.base, wrong, '/originals/example')
    const lines = () =>
      stack
        .output()
        .split('\n')
        .filter((text) => text.includes('"api call"'))
        .map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>)
    const lineOf = (requestId: unknown) => lines().find((line) => line['requestId'] === requestId)
    await until(() => lineOf(refused.headers['x-request-id']) !== undefined)
    expect(lineOf(asked.headers['x-request-id'])).toMatchObject({
      caller: 'all',
      operation: 'getOriginal',
      method: 'GET',
      target: 'exam%20ple',
      status: 400,
      errorCode: 'INVALID_REQUEST',
      client: expect.any(String),
      '@timestamp': expect.any(String),
    })
    const line = lineOf(refused.headers['x-request-id'])
    expect(line).toMatchObject({ status: 401, errorCode: 'KEY_WRONG' })
    expect(line).not.toHaveProperty('caller')
    for (const text of [key, wrong]) expect(stack.output()).not.toContain(text)
  })
})

describe('without keys', () => {
  it('T61 there is no management API: every path and method is 404', async () => {
    await using stack = await startStack()
    for (const { method, path } of requests) {
      for (const headers of [{}, { Authorization: `Bearer ${key}` }]) {
        const answer = await ask(stack.base, `/_api/v1${path}`, { method, headers })
        expect([answer.status, json(answer)['type']]).toEqual([
          404,
          'urn:iaas:problem:route-not-found',
        ])
      }
    }
    expect((await ask(stack.base, '/_api', { method: 'POST' })).status).toBe(404)
  })
})
