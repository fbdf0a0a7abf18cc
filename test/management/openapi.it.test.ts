import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, json } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { toApiKeys } from './_api.ts'

const headers = { Authorization: 'Bearer key-of-statistics' }
const path = '/_api/openapi.json'

describe('the OpenAPI document of the management API', () => {
  let stack: Stack

  beforeAll(async () => {
    const reader = { key: 'key-of-statistics', scopes: ['stats'] }
    stack = await startStack({ env: { API_KEYS: toApiKeys({ reader }) } })
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  it('is read with any key, and by no other client', async () => {
    const answer = await ask(stack.base, path, { headers })
    expect([answer.status, json(answer)['openapi']]).toEqual([200, '3.1.1'])
    expect((await ask(stack.base, path)).status).toBe(401)
  })

  it('is validated by its ETag', async () => {
    const { etag = '' } = (await ask(stack.base, path, { headers })).headers
    const conditions = { ...headers, 'If-None-Match': etag }
    expect((await ask(stack.base, path, { headers: conditions })).status).toBe(304)
  })

  it('takes no other method and no parameter', async () => {
    const posted = await ask(stack.base, path, { method: 'POST', headers })
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD'])
    expect((await ask(stack.base, `${path}?x=1`, { headers })).status).toBe(400)
  })
})
