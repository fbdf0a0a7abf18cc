import { parseConfig } from '@iaas/common/config/load'
import { describe, expect, it } from '@jest/globals'
import { apiConfigSchema } from '../src/config.ts'

describe('the configuration of the api', () => {
  it('has no administrator where none is given', () => {
    const { admin } = parseConfig(apiConfigSchema, {}, { ADMIN_USER: '', ADMIN_PASSWORD: '' })
    expect(admin).toEqual({ user: undefined, password: undefined, read_only: true })
  })

  it('refuses half of the credentials of an administrator, and shows no password', () => {
    const parse = (env: Record<string, string>) => () => parseConfig(apiConfigSchema, {}, env)
    expect(parse({ ADMIN_USER: 'admin' })).toThrow(/admin\.password \(ADMIN_PASSWORD\): needed/)
    expect(parse({ ADMIN_PASSWORD: 'hunter2' })).toThrow(/admin\.user \(ADMIN_USER\): needed/)
    expect(parse({ ADMIN_PASSWORD: 'hunter2' })).not.toThrow(/hunter2/)
  })
})
