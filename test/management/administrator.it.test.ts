import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ask, basic, json } from '../support/http.ts'
import { type Stack, startStack } from '../support/stack.ts'

const admin = basic('admin', 'a long password')
const path = '/_api/v1/originals/example'

describe('the management API for the administrator', () => {
  let stack: Stack

  beforeAll(async () => {
    const credentials = { ADMIN_USER: 'admin', ADMIN_PASSWORD: 'a long password' }
    const env = { ...credentials, ADMIN_READ_ONLY: 'false', PLANT_EXAMPLE: 'true' }
    stack = await startStack({ env })
  })
  afterAll(() => stack?.[Symbol.asyncDispose]())

  const purge = (headers: Readonly<Record<string, string>>) =>
    ask(stack.admin, '/_api/v1/purges', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...admin, ...headers },
      body: '{"ids":["example"],"dry_run":true}',
    })

  it('is on the admin listener', async () => {
    const answer = await ask(stack.admin, path, { headers: admin })
    expect([answer.status, json(answer)['id']]).toEqual([200, 'example'])
  })

  it('T61 is not on the public listener, whatever the credentials', async () => {
    expect((await ask(stack.base, path, { headers: admin })).status).toBe(404)
  })

  it('T61 asks for the credentials, or a key', async () => {
    const wrong = basic('admin', 'a long passwore')
    for (const headers of [{}, wrong, { Authorization: 'Bearer a long password' }]) {
      const answer = await ask(stack.admin, path, { headers })
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([
        401,
        'Basic realm="admin", charset="UTF-8", Bearer realm="api"',
      ])
    }
  })

  it('names the administrator in the receipt', async () => {
    const answer = await purge({})
    expect([answer.status, json(answer)['requested_by']]).toEqual([202, 'admin:admin'])
  })

  it('T79 refuses the changes of pages of other origins', async () => {
    const host = new URL(stack.admin).host
    const statuses = async (headers: Readonly<Record<string, string>>) =>
      (await purge(headers)).status
    expect(await statuses({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403)
    expect(await statuses({ 'Sec-Fetch-Site': 'same-site' })).toBe(403)
    expect(await statuses({ Origin: 'https://other.example' })).toBe(403)
    expect(await statuses({ Origin: 'null' })).toBe(403)
    expect(await statuses({ Origin: `http://${host}` })).toBe(202)
  })

  it('T60 refuses the right password after thirty wrong ones', async () => {
    const guess = async (password: string) =>
      (await ask(stack.admin, path, { headers: basic('admin', password) })).status
    let wrong = 0
    while ((await guess(`guess-${wrong}`)) === 401) wrong += 1
    expect(wrong).toBeLessThanOrEqual(30)
    expect(await guess('a long password')).toBe(429)
  })
})
