import { objectKey, variantDigest } from '@iaas/common/digest'
import { AppError, type ErrorCode, errorCodes } from '@iaas/common/errors'
import { jobKinds } from '@iaas/common/jobs/kinds'
import { queueNames } from '@iaas/common/jobs/queues'
import { toPayload, putObjectJob, recordLinkJob } from '@iaas/common/jobs/store-rendition'
import { type Logger, createSilentLogger } from '@iaas/common/log'
import { createObjectKeys } from '@iaas/common/object-keys'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import { createFakeSpool } from '@iaas/testing/fakes/spool'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { UnrecoverableError } from 'bullmq'
import { createRenditionJobs } from '../src/handlers/rendition-jobs.ts'
import { createGiveUp } from '../src/handlers/give-up.ts'
import { createJobRegistry } from '../src/job-registry.ts'
import { createProcessJob } from '../src/process-job.ts'
import { bytesOf } from './_fakes.ts'

const rendition: WaitingRendition = { variant: makeVariant(), renderedAt: 5000 }
const digest = variantDigest(rendition.variant)

type Handle = (rendition: WaitingRendition) => Promise<void>

async function setUp(handle: Handle, name: string = putObjectJob.name) {
  const spool = createFakeSpool()
  await spool.put(digest, { bytes: bytesOf('spooled'), renderedAt: 5000 })
  const results: string[] = []
  const lines: string[] = []
  const fields: unknown[] = []
  const note = (message: string, given?: object) => {
    lines.push(message)
    fields.push(given)
  }
  const log: Logger = {
    ...createSilentLogger(),
    info: note,
    warn: note,
    error: note,
    child: () => log,
    series: (message) => (given) => note(message, given),
  }
  const giveUp = createGiveUp({ spool })
  const handlers = createRenditionJobs({
    keys: createObjectKeys(undefined),
    putObject: async (given) => {
      await handle(given)
      return objectKey(given.variant, given.renderedAt)
    },
    async recordLink(given) {
      await handle(given)
      return 'recorded'
    },
    giveUp,
  })
  const processJob = createProcessJob({
    queue: name === recordLinkJob.name ? queueNames.records : queueNames.uploads,
    registry: createJobRegistry(jobKinds, handlers),
    metrics: { job: (_queue, result) => void results.push(result) },
    log,
  })
  const run = (part: object = {}) => {
    const job = {
      id: 'id',
      name,
      data: toPayload(rendition),
      opts: { attempts: 3 },
      attemptsMade: 0,
      attemptsStarted: 1,
      getChildrenValues: () => Promise.resolve({}),
      ...part,
    }
    return processJob(job, new AbortController().signal)
  }
  return { run, spool, results, lines, fields }
}

describe('one attempt of a job', () => {
  it('writes one line for a rendition, with its id and the key of its object, when its link is recorded', async () => {
    const { run, lines, fields } = await setUp(async () => {}, recordLinkJob.name)
    await run()
    expect(lines).toEqual(['rendition stored'])
    const { id } = rendition.variant
    expect(fields[0]).toMatchObject({ id, key: objectKey(rendition.variant, 5000), attempt: 1 })
  })

  it('hands the rendition to its handler', async () => {
    const seen: WaitingRendition[] = []
    const { run, results, lines } = await setUp(async (given) => void seen.push(given))
    await run()
    expect(seen).toEqual([rendition])
    expect(results).toEqual(['done'])
    expect(lines).toEqual([])
  })

  it('F10 tells of an outage of a store when it begins and when it ends, with a count and without a stack', async () => {
    let isAway = true
    const outage = new AppError('STORE_UNAVAILABLE', 'The variant store refused: SlowDown.')
    const { run, results, lines, fields } = await setUp(async () => {
      if (isAway) throw outage
    })
    for (let attempt = 0; attempt < 170; attempt += 1) {
      await expect(run()).rejects.toBe(outage)
    }
    isAway = false
    await run()
    expect(results.filter((result) => result === 'retried')).toHaveLength(170)
    expect(lines).toEqual(['jobs delayed: a store is down', 'jobs resumed'])
    expect(fields[0]).toEqual({ queue: queueNames.uploads, reason: outage.message })
    expect(fields[1]).toMatchObject({ queue: queueNames.uploads, putOff: 170 })
  })

  it.each([
    ['of a version that is not known', { ...toPayload(rendition), v: 2 }],
    ['of no form at all', 'nonsense'],
    [
      'with an id that leads out',
      { ...toPayload(rendition), variant: { ...rendition.variant, id: '../x' } },
    ],
    ['without a time', { v: 1, variant: rendition.variant }],
  ])('T24 fails a job %s for good, and calls no handler', async (_name, data) => {
    const { run, results } = await setUp(() => Promise.reject(new Error('not to be called')))
    await expect(run({ data })).rejects.toBeInstanceOf(UnrecoverableError)
    expect(results).toEqual(['failed'])
  })

  it('fails a job that it has no handler for', async () => {
    const { run } = await setUp(() => Promise.reject(new Error('not to be called')))
    await expect(run({ name: 'purge' })).rejects.toBeInstanceOf(UnrecoverableError)
  })

  it('lets an unexpected error reach the queue as it is, to be tried again', async () => {
    const error = new Error('unexpected')
    const { run, results, spool, lines } = await setUp(() => Promise.reject(error))
    await expect(run()).rejects.toBe(error)
    expect(results).toEqual(['retried'])
    expect(lines).toEqual(['job will be retried'])
    expect(await spool.get(digest)).toBeDefined()
  })

  it('lets the spool go of the bytes after the last attempt', async () => {
    const { run, results, spool } = await setUp(() => Promise.reject(new Error('again')))
    await expect(run({ attemptsMade: 2 })).rejects.toThrow('again')
    expect(results).toEqual(['failed'])
    expect(await spool.get(digest)).toBeUndefined()
  })

  it('fails with the error of the handler, also where the spool cannot be cleared', async () => {
    const { run, spool } = await setUp(() => Promise.reject(new Error('the cause')))
    spool.drop = () => Promise.reject(new Error('Redis is gone too'))
    await expect(run({ attemptsMade: 2 })).rejects.toThrow('the cause')
  })

  const passing: ReadonlySet<ErrorCode> = new Set([
    'STORE_UNAVAILABLE',
    'STORE_BUSY',
    'TOO_MANY_RENDERS',
    'RENDERER_BUSY',
    'RENDERER_UNREACHABLE',
    'RENDER_QUARANTINED',
    'SPOOL_FULL',
    'VERSION_NOT_FOUND',
    'CALL_RUNNING',
  ])

  it.each(errorCodes)('tries %s again where it may pass, and only then', async (code) => {
    const { run } = await setUp(() => Promise.reject(new AppError(code, 'No.')))
    const error: unknown = await run().catch((reason: unknown) => reason)
    expect(error instanceof UnrecoverableError).toBe(!passing.has(code))
  })
})
