import { AppError } from '@iaas/common/errors'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { createRig, newRendition } from './_rig.ts'
import { describeOnEachServer } from './_servers.ts'

const failure = () => new AppError('STORE_UNAVAILABLE', 'It does not answer.')

/** A promise that is resolved from outside. */
function createGate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}

describeOnEachServer(
  (kind) => `an uploader beside another, and at its end, on ${kind}`,
  (server) => {
    it('F20 works off many renditions by several uploaders, each once', async () => {
      await using rig = createRig(server)
      const requests = Array.from({ length: 60 }, () => newRendition())
      await Promise.all(requests.map((rendition) => rig.persist(rendition)))
      let puts = 0
      const counted = {
        async putObject(rendition: (typeof requests)[0]) {
          puts += 1
          return rig.handlers.putObject(rendition)
        },
        // No other worker takes over a job that takes long here.
        lockMs: 15_000,
      }
      await using _one = rig.uploader(counted)
      await using _other = rig.uploader(counted)
      await until(() => rig.links.size === requests.length)
      expect(rig.objects.size).toBe(requests.length)
      expect(puts).toBe(requests.length)
    })

    it('finishes the job that runs when it ends, and leaves the next to another uploader', async () => {
      await using rig = createRig(server)
      const gate = createGate()
      const [running, waiting] = [newRendition(), newRendition()]
      let started = 0
      const uploader = rig.uploader({
        concurrency: 1,
        async putObject(rendition) {
          started += 1
          await gate.promise
          return rig.handlers.putObject(rendition)
        },
      })
      await rig.persist(running)
      await until(() => started === 1)
      await rig.persist(waiting)
      const ended = uploader[Symbol.asyncDispose]()
      gate.resolve()
      await ended
      expect(rig.objects.size).toBe(1)
      expect(started).toBe(1)
      await using _next = rig.uploader()
      await rig.untilLinked(running)
      await rig.untilLinked(waiting)
    })

    it('tells a job that takes too long to stop when it ends', async () => {
      await using rig = createRig(server)
      const aborted = createGate()
      let started = false
      const uploader = rig.uploader({
        closeLimitMs: 100,
        async putObject(_request, signal) {
          started = true
          await new Promise<void>((resolve) => {
            signal?.addEventListener('abort', () => resolve())
          })
          aborted.resolve()
          throw failure()
        },
      })
      await rig.persist(newRendition())
      await until(() => started)
      await uploader[Symbol.asyncDispose]()
      await aborted.promise
      expect(rig.objects.size).toBe(0)
    })
  },
)
