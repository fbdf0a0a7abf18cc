import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { ask, store } from '../support/http.ts'
import { startStack } from '../support/stack.ts'

const missing = spawnSync('prlimit', ['--version']).status === 0 ? undefined : 'there is no prlimit'

/** More than the service may have open. */
const connections = 400
const descriptors = 256

describeUnless(missing, `a service that may have ${descriptors} files open`, () => {
  it('F27 survives more connections than that, and accepts again when they are gone', async () => {
    await using stack = await startStack()
    spawnSync('prlimit', ['--pid', `${stack.process.pid}`, `--nofile=${descriptors}`])
    await store(stack.base, 'photo', await makePhoto({ width: 300, height: 200, format: 'jpeg' }))
    const sockets = await openMany(new URL(stack.base))
    // Those that were accepted are answered, if only by 503.
    const statuses = await Promise.all(sockets.slice(0, 10).map((socket) => askOn(socket)))
    expect(statuses.filter((status) => ![200, 307, 503].includes(status))).toEqual([])
    // Refused or broken off is all right, and so is an answer; the end of the process is not.
    await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        ask(stack.base, '/photo_20_20.jpg', { signal: AbortSignal.timeout(1000) }),
      ),
    )
    expect(stack.process.exitCode).toBeNull()
    for (const socket of sockets) socket.destroy()
    await until(() =>
      ask(stack.base, '/photo_21_20.jpg', { signal: AbortSignal.timeout(1000) }).then(
        ({ status }) => status === 200 || status === 307,
        () => false,
      ),
    )
    await store(stack.base, 'afterwards', await makePhoto({ width: 30, height: 20, format: 'png' }))
  })
})

async function openMany({ hostname, port }: URL): Promise<readonly Socket[]> {
  return Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      await Promise.race([once(socket, 'connect'), once(socket, 'close')])
      return socket
    }),
  )
}

/** @returns the status of a new variant, asked for on a connection that is open already */
async function askOn(socket: Socket): Promise<number> {
  socket.write('GET /photo_22_20.jpg HTTP/1.1\r\nHost: any\r\n\r\n')
  const [head] = (await once(socket, 'data')) as [Buffer]
  return Number(head.toString('latin1').split(' ')[1])
}
