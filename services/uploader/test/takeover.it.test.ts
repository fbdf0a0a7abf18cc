import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openQueues } from '@iaas/queue/open-queues'
import type { QueueBackend } from '@iaas/queue/queue-backend'
import { variantDigest } from '@iaas/common/digest'
import { queueNames } from '@iaas/common/jobs/queues'
import { AppError } from '@iaas/common/errors'
import { createSilentLogger } from '@iaas/common/log'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { createClearFailed } from '../src/clear-failed.ts'
import { bytesOf } from './_fakes.ts'
import { createRig, newRendition } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

/** A worker that is late by more counts as dead: longer than one is held up on a busy machine, ms. */
const lockMs = 1500

/** An uploader, compiled, in a process of its own, that begins each job and never ends it. */
const hangingUploader = `
  import { createUploader } from '@iaas/uploader/create-uploader'
  import { createRenditionJobs } from '@iaas/uploader/handlers/rendition-jobs'
  const silent = () => {}
  const log = { error: silent, warn: silent, info: silent, debug: silent, child: () => log, series: () => silent }
  const begin = () => new Promise(() => process.stdout.write('begun'))
  createUploader({
    backend: JSON.parse(process.env.BACKEND),
    handlers: createRenditionJobs({ keys: { of: () => 'key' }, putObject: begin, recordLink: begin, giveUp: begin }),
    concurrency: 1,
    metrics: { job: silent },
    log,
    lockMs: ${lockMs},
  })
`

function spawnHangingUploader(backend: QueueBackend): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '--eval', hangingUploader], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env['PATH'], BACKEND: JSON.stringify(backend) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** So often a worker may die under a job, and once more. */
const maxKills = 6

async function killUploaderAtWork(backend: QueueBackend): Promise<void> {
  const child = spawnHangingUploader(backend)
  const exited = once(child, 'exit')
  await once(child.stdout!, 'data')
  child.kill('SIGKILL')
  await exited
}

async function clearFailed({ backend, handlers }: ReturnType<typeof createRig>): Promise<void> {
  await using queues = openQueues(backend, createSilentLogger())
  await createClearFailed({ queues, giveUp: handlers.giveUp })(new AbortController().signal)
}

describeOnEachServer(
  (kind) => `a job on ${kind} whose uploader is killed`,
  (server) => {
    it('F17 is done by another one', async () => {
      await using rig = createRig(server)
      const child = spawnHangingUploader(rig.backend)
      const exited = once(child, 'exit')
      const rendition = newRendition()
      await rig.persist(rendition)
      await once(child.stdout!, 'data')
      await using _uploader = rig.uploader()
      expect(rig.links.size).toBe(0)
      child.kill('SIGKILL')
      await exited
      await rig.untilLinked(rendition)
      expect(rig.objects.size).toBe(1)
    })

    it('F17 again and again fails, is counted once, and keeps its variant from nothing', async () => {
      await using rig = createRig(server)
      const first = newRendition()
      const later = newRendition({ variant: first.variant })
      await rig.persist(first)
      for (let kills = 0; kills < maxKills; kills += 1) await killUploaderAtWork(rig.backend)
      const told: string[] = []
      const job = (queue: string, result: string) => {
        if (result !== 'done') told.push(`${queue} ${result}`)
      }
      let outages = 0
      await using _uploader = rig.uploader({
        lockMs,
        metrics: { job },
        async putObject(rendition) {
          outages -= 1
          if (outages >= 0) throw new AppError('STORE_UNAVAILABLE', 'S3 does not answer.')
          return rig.handlers.putObject(rendition)
        },
      })
      const records = await rig.queue(queueNames.records)
      await until(async () => (await records.getFailedCount()) === 1)
      expect(await rig.spool.get(variantDigest(first.variant))).toBeDefined()
      await clearFailed(rig)
      // The next request of the variant renders it, and queues it under another id.
      expect(await rig.spool.get(variantDigest(first.variant))).toBeUndefined()
      await rig.spool.put(variantDigest(later.variant), { ...later, bytes: bytesOf('later') })
      await clearFailed(rig)
      expect(await rig.spool.get(variantDigest(later.variant))).toBeDefined()
      await rig.persist(later)
      await rig.untilLinked(later)
      expect(told).toEqual(['uploads failed'])
      // What is tried again by hand is counted by its attempts.
      outages = 1
      const uploads = await rig.queue(queueNames.uploads)
      // It may be stalled as often as any other again: it would fail at once if its uploader was merely late.
      await until(async () => (await uploads.getFailed())[0]?.stalledCounter === 0)
      await (await uploads.getFailed())[0]?.retry()
      await until(async () => (await uploads.getFailedCount()) === 0)
      await rig.untilIdle()
      expect(told).toEqual(['uploads failed', 'uploads retried'])
    }, 180_000)
  },
)
