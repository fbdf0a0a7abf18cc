import { once } from 'node:events'
import { describe, expect, it } from '@jest/globals'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { until } from '@iaas/testing/until'
import { createDataFolder } from '../support/cluster-template.ts'
import { ask, askUntil, getToken, store } from '../support/http.ts'
import { readMetric } from '../support/metrics.ts'
import { childrenOf, processesOf } from '../support/processes.ts'
import { startStack } from '../support/stack.ts'

describe('the life of the stack', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it cleanly, which it says, and a second start has all data',
    async (signal) => {
      await using folder = await createDataFolder()
      const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
      const first = await startStack({ dataDir: folder.path })
      await store(first.base, 'kept', photo)
      await getToken(first.base, 'later')
      const link = await askUntil(({ status }) => status === 307, first.base, '/kept_20_20.jpg')
      const children = childrenOf(first.process.pid)
      expect(children.length).toBeGreaterThan(0)
      const exited = once(first.process, 'exit')
      first.process.kill(signal)
      expect(await exited).toEqual([0, null])
      expect(first.output()).toMatch(
        /\nEnding: what is in flight is finished first \.\.\.\nEnded\.\n$/,
      )
      expect(processesOf(folder.path)).toEqual([])
      const survivors = childrenOf(1).filter((pid) => children.includes(pid))
      expect(survivors).toEqual([])
      await using second = await startStack({ dataDir: folder.path })
      expect((await ask(second.base, '/kept.jpg')).body.equals(photo)).toBe(true)
      const again = await ask(second.base, '/kept_20_20.jpg')
      expect([again.status, again.headers.location]).toEqual([307, link.headers.location])
      await expect(getToken(second.base, 'later')).rejects.toThrow(/403/)
    },
  )

  it('starts after kill -9, the orphaned database included, and its children are gone', async () => {
    await using folder = await createDataFolder()
    const first = await startStack({ dataDir: folder.path })
    await store(first.base, 'kept', await makePhoto({ width: 60, height: 40, format: 'jpeg' }))
    await ask(first.base, '/kept_30_30.jpg')
    const children = childrenOf(first.process.pid)
    const exited = once(first.process, 'exit')
    first.process.kill('SIGKILL')
    await exited
    await using second = await startStack({ dataDir: folder.path })
    expect((await ask(second.base, '/kept.jpg')).status).toBe(200)
    const isGone = (pid: number) =>
      !childrenOf(1).includes(pid) && !childrenOf(second.process.pid).includes(pid)
    await until(() => children.every(isGone))
  })

  it('F15 answers what is in flight before it ends', async () => {
    const stack = await startStack()
    const slow = ask(stack.base, '/example_1900_1900.png')
    await until(async () => (await readMetric(stack, 'iaas_renders_in_flight')) > 0)
    stack.process.kill('SIGTERM')
    // Who signals a group of processes signals some twice.
    setTimeout(() => stack.process.kill('SIGTERM'), 20)
    const code = await stack.stop()
    expect((await slow).status).toBe(200)
    expect(code).toBe(0)
    await stack[Symbol.asyncDispose]()
  })
})
