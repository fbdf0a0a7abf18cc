import type { IncomingMessage } from 'node:http'
import { AppError } from '@iaas/common/errors'
import { describe, expect, it } from '@jest/globals'
import { createAuthenticateAdministrator } from '../../../src/admin/calls/authenticate-administrator.ts'

const authorization = `Basic ${Buffer.from('root:secret').toString('base64')}`

function create(readOnly: boolean) {
  return createAuthenticateAdministrator({
    credentials: { user: 'root', password: 'secret' },
    readOnly,
    byKey: async () => {
      throw new AppError('KEY_WRONG', 'There is no such API key.')
    },
    wrongKeys: { check: async () => {}, take: async () => {} },
  })
}

const request = (method: string) => ({ method, headers: { authorization } }) as IncomingMessage

describe('the authentication of the administrator', () => {
  it('T61 permits reads only where the administrator only reads', async () => {
    const authenticate = create(true)
    for (const method of ['GET', 'HEAD']) {
      expect((await authenticate(request(method), 'client')).name).toBe('admin:root')
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      await expect(authenticate(request(method), 'client')).rejects.toThrow('ADMIN_READ_ONLY')
    }
  })

  it('permits every method elsewhere', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await create(false)(request(method), 'client')).name).toBe('admin:root')
    }
  })
})
