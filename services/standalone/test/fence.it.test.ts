import { describe, expect, it } from '@jest/globals'
import { openQueue } from '@iaas/queue/open-queue'
import { queueNames } from '@iaas/common/jobs/queues'
import { ownRedisMissing, startOwnRedis } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { interleave, settle } from './fence/_interleave.ts'
import { startProcess } from './fence/_process.ts'
import { startRecorders } from './fence/_uploader.ts'
import { createWorld, log } from './fence/_world.ts'

/** Interleavings per backend. */
const rounds = Number(process.env['FENCE_ROUNDS'] ?? 40)
const seed = Number(process.env['FENCE_SEED'] ?? Date.now() % 1_000_000)
const atOnce = 12

async function run(redisUrl: string | undefined) {
  await using world = await createWorld(redisUrl)
  // One writes links in the long form, the other in the short one.
  const recorders = [startRecorders(world, false), startRecorders(world, true)] as const
  const processes = [
    startProcess(world, 'first'),
    startProcess(world, 'second'),
    startProcess(world, 'alone', recorders[0].storeRendition),
  ]
  await until(() => processes.every(({ epochs }) => epochs.isTrusted(performance.now())))
  const survivors: string[] = []
  const held = new Map<string, number>()
  let next = 0
  async function work() {
    while (next < rounds) {
      const own = seed + next++
      const outcome = await interleave({ world, processes, seed: own })
      if (outcome.wasReached) held.set(outcome.held, (held.get(outcome.held) ?? 0) + 1)
      survivors.push(...outcome.survivors.map((what) => `seed ${own}: ${what}`))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  await Promise.all(processes.map(({ drain }) => drain()))
  const opened = Object.values(queueNames).map((name) => openQueue(world.backend, name, log))
  try {
    survivors.push(...(await settle(world, opened)))
  } finally {
    for (const queue of opened) await queue.close()
  }
  const fenced = recorders[0].fenced() + recorders[1].fenced()
  return { survivors, held: Object.fromEntries(held), fenced }
}

describe('the fence', () => {
  it.each([
    ['PostgreSQL', undefined],
    ['Redis', ownRedisMissing],
  ])(
    'R69 R70 lets nothing survive that was begun before a raise, whichever step it meets: queue and spool of %s',
    async (backend, missing) => {
      if (missing !== undefined) return
      await using redis = backend === 'Redis' ? await startOwnRedis() : undefined
      const { survivors, held, fenced } = await run(redis?.url)
      process.stdout.write(
        `fence on ${backend}: ${rounds} interleavings from seed ${seed}, ${fenced} fenced out, held at ${JSON.stringify(held)}\n`,
      )
      expect(survivors).toEqual([])
      expect(fenced).toBeGreaterThan(0)
    },
    600_000,
  )
})
