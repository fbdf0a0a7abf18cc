import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { QueueBackend } from '@iaas/common/bullmq/queue-backend'
import { expect, it } from '@jest/globals'
import { createRig, newRequest } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

/** An uploader, compiled, in a process of its own, that begins each job and never ends it. */
const hangingUploader = `
  import { createUploader } from '@iaas/uploader/create-uploader'
  const silent = () => {}
  const log = { error: silent, warn: silent, info: silent, debug: silent, child: () => log }
  const begin = () => new Promise(() => process.stdout.write('begun'))
  createUploader({
    backend: JSON.parse(process.env.BACKEND),
    putObject: begin,
    recordLink: begin,
    giveUp: begin,
    concurrency: 1,
    metrics: { job: silent },
    log,
    lockMs: 500,
  })
`

function spawnHangingUploader(backend: QueueBackend): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '--eval', hangingUploader], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env['PATH'], BACKEND: JSON.stringify(backend) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

describeOnEachServer(
  (kind) => `a job on ${kind} whose uploader is killed`,
  (server) => {
    it('is done by another one', async () => {
      await using rig = createRig(server)
      const child = spawnHangingUploader(rig.backend)
      const exited = once(child, 'exit')
      const request = newRequest()
      await rig.persist(request)
      await once(child.stdout!, 'data')
      await using _uploader = rig.uploader()
      expect(rig.links.rows.size).toBe(0)
      child.kill('SIGKILL')
      await exited
      await rig.untilLinked(request)
      expect(rig.objects.size).toBe(1)
    })
  },
)
