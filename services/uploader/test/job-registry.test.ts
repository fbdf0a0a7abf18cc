import { defineJob } from '@iaas/common/jobs/define-job'
import { queueNames } from '@iaas/common/jobs/queues'
import { describe, expect, it } from '@jest/globals'
import { type JobHandler, createJobHandler } from '../src/job-handler.ts'
import { createJobRegistry } from '../src/job-registry.ts'

function makeHandler(name: string): JobHandler {
  const kind = defineJob<string>({
    name,
    queue: queueNames.uploads,
    format: (text) => text,
    parse: String,
    idOf: (text) => text,
  })
  const done = () => Promise.resolve()
  return createJobHandler({ kind, handle: done, giveUp: done, describe: () => ({}) })
}

describe('the registry of jobs', () => {
  const [put, purge] = [makeHandler('put-object'), makeHandler('purge')]

  it('finds the handler of a job by its queue and name', () => {
    const registry = createJobRegistry([put, purge], [purge, put])
    expect(registry.find(queueNames.uploads, 'purge')).toBe(purge)
    expect(registry.find(queueNames.records, 'purge')).toBeUndefined()
    expect(registry.find(queueNames.uploads, 'other')).toBeUndefined()
    expect(registry.queues).toEqual([queueNames.uploads])
  })

  it.each([
    ['a kind without a handler', [put, purge], [put], /purge has no handler/],
    ['a kind with two handlers', [put], [put, makeHandler('put-object')], /two handlers/],
    ['a handler of an unknown kind', [put], [put, purge], /purge is unknown/],
  ] as const)('refuses %s', (_name, kinds, handlers, message) => {
    expect(() => createJobRegistry(kinds, handlers)).toThrow(message)
  })
})
