import { createServer, connect } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'
import { describe, expect, it } from '@jest/globals'

function block(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

describe('a deadline', () => {
  it('passes on what the work comes to in time', async () => {
    await expect(withDeadline(Promise.resolve(7), 1000)).resolves.toBe(7)
    await expect(withDeadline(Promise.reject(new Error('no')), 1000)).rejects.toThrow('no')
  })

  it('ends the wait for what does not come', async () => {
    await expect(withDeadline(new Promise(() => {}), 20)).rejects.toThrow('No answer in 20 ms.')
  })

  it('is put off while this process is too busy to hear anything, but not for ever', async () => {
    const startedAt = performance.now()
    const never = withDeadline(new Promise(() => {}), 20)
    const busy = setInterval(() => block(50), 1)
    await expect(never).rejects.toThrow('No answer in 20 ms.')
    clearInterval(busy)
    expect(performance.now() - startedAt).toBeGreaterThan(100)
  })

  it('hears what had come while this process was too busy to listen', async () => {
    const server = createServer((socket) => socket.end('answer')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const answer = withDeadline(once(socket, 'data'), 50)
    await once(socket, 'connect')
    // The server is in this process as well: it answers, then the answer waits here past its deadline.
    await new Promise((resolve) => setImmediate(resolve))
    block(100)
    expect(String((await answer)[0])).toBe('answer')
    server.close()
  })
})
