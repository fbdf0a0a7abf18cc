import { expect, it } from '@jest/globals'
import { until } from '@iaas/testing/until'
import { repeat } from '../../src/platform/lifecycle/repeat.ts'
import { type Logger, createSilentLogger } from '../../src/platform/log/log.ts'

it('F10 a recurring task that fails for a while is told of when that begins and when it ends', async () => {
  const lines: unknown[] = []
  const log: Logger = { ...createSilentLogger(), warn: (...line) => void lines.push(line) }
  let runs = 0
  const task = async () => {
    runs += 1
    if (runs > 1 && runs < 6) throw new Error('away')
  }
  const repeated = repeat('check', task, 5, log)
  await until(() => runs > 8)
  await repeated[Symbol.asyncDispose]()
  expect(lines).toEqual([
    ['recurring task failed', { task: 'check', error: new Error('away') }],
    ['recurring task recovered', { task: 'check', failures: 4 }],
  ])
})
