import type { IncomingMessage } from 'node:http'
import type { ClientForm } from '@iaas/common/log'
import { describe, expect, it } from '@jest/globals'
import { type LogClientOptions, createLogClient } from '../../src/http/log-client.ts'
import { createClientOf } from '../../src/limits/client-of.ts'

function nameOf(remoteAddress: string, form: ClientForm, part: Partial<LogClientOptions> = {}) {
  const clientOf = createClientOf(0)
  const log = createLogClient({ form, clientOf, isForwarded: false, secret: 'secret', ...part })
  const socket = { remoteAddress }
  return log({ socket, connection: socket, headers: {} } as unknown as IncomingMessage)
}

describe('the client in the line of a request', () => {
  it.each([
    ['192.0.2.77', 'full', '192.0.2.77'],
    ['192.0.2.77', 'truncated', '192.0.2.0'],
    ['192.0.2.77', 'none', undefined],
    ['2001:db8:1:2:3::4', 'full', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:3::4', 'truncated', '2001:db8:1::/48'],
    ['::ffff:192.0.2.77', 'truncated', '192.0.2.0'],
  ] as const)('that is %s is written in the form %s as %s', (address, form, written) => {
    expect(nameOf(address, form)).toBe(written)
  })

  it('is hashed the same by all processes of one secret, and by nobody else', () => {
    const hashed = nameOf('192.0.2.77', 'hashed')
    expect(hashed).toMatch(/^[\w-]{16}$/)
    expect(nameOf('192.0.2.77', 'hashed')).toBe(hashed)
    expect(nameOf('192.0.2.78', 'hashed')).not.toBe(hashed)
    for (const secret of ['other', undefined]) {
      expect(nameOf('192.0.2.77', 'hashed', { secret })).not.toBe(hashed)
    }
  })
})
