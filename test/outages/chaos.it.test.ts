import { setTimeout as delay } from 'node:timers/promises'
import { describeUnless } from '@iaas/testing/describe-unless'
import { ownRedisMissing } from '@iaas/testing/redis'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { expect, it } from '@jest/globals'
import { provideDeployment } from '../support/deployed.ts'
import { createBalance } from './_balance.ts'
import { createChanges } from './_change.ts'
import { createLoad } from './_chaos-load.ts'
import { findViolations, measure } from './_invariants.ts'
import { type Scene, apisOf } from './_scene.ts'
import { createRandom } from '@iaas/testing/random'
import { type Step, drawSchedule } from './_schedule.ts'
import { listTroubles } from './_troubles.ts'
import { createWatch } from './_watch.ts'
import { type Witness, createWitness } from './_witness.ts'
import { startFleet } from './fleet.ts'
import { mountSmallDisk, smallDiskMissing } from '@iaas/testing/small-disk'

const seconds = Number(process.env['CHAOS_SECONDS'] ?? 10)
const seed = Number(process.env['CHAOS_SEED'] ?? 7)

const diskMegabytes = 128
const firstUploads = 5
const none = {
  wrong: [],
  lost: [],
  unstored: [],
  badLinks: [],
  doubleLinks: 0,
  leftovers: [],
  unexpectedEnds: [],
  overUse: [],
  changes: [],
}

describeUnless(ownRedisMissing, `chaos with the seed ${seed}`, () => {
  it(
    `F28 ${seconds} seconds of random faults lose nothing, answer nothing wrong, and heal`,
    async () => {
      await using disk =
        smallDiskMissing === undefined ? await mountSmallDisk(diskMegabytes) : undefined
      await using folder = await createTemporaryFolder()
      const originalsDir = disk?.path ?? folder.path
      await using deployed = await provideDeployment({ originalsDir })
      await using fleet = await startFleet(deployed)
      const witness = createWitness()
      const scene: Scene = { deployed, fleet, originalsDir, witness }
      const steps = drawSchedule(createRandom(seed), listTroubles(deployed, fleet, disk))

      const faults = await runLoad(scene, steps)
      const usage = measure(scene)
      const startedAt = performance.now()
      const violations = await findViolations(scene, usage)
      const healedMs = Math.round(performance.now() - startedAt)

      report({ faults, usage, healedMs, ...scene.witness, kills: fleet.ended(), violations })
      expect(violations).toEqual(none)
    },
    seconds * 1000 + 600_000,
  )
})

/** Clients and faults side by side. @returns how often each fault there was */
async function runLoad({ fleet, witness }: Scene, steps: Generator<Step>) {
  const balance = createBalance(apisOf(fleet), createRandom(seed + 3), witness)
  const load = createLoad(balance, createRandom(seed + 1), witness)
  const { liveOne } = createChanges(balance, createRandom(seed + 2), witness)
  const watchOne = createWatch(balance, createRandom(seed + 4), witness)
  while (witness.kept.size < firstUploads) await load.uploadOne()
  const faults = new Map<string, number>()
  const endsAt = Date.now() + seconds * 1000
  const isOver = () => Date.now() >= endsAt
  const keepOn = async (work: () => Promise<void>) => {
    while (!isOver()) await work()
  }
  await Promise.all([
    keepOn(load.uploadOne),
    keepOn(load.getVariant),
    keepOn(load.getVariant),
    keepOn(load.getOriginal),
    keepOn(() => liveOne(isOver)),
    keepOn(() => liveOne(isOver)),
    keepOn(watchOne),
    keepOn(watchOne),
    keepOn(() => takeStep(steps.next().value as Step, faults)),
  ])
  return faults
}

async function takeStep({ troubles, forMs, pauseMs }: Step, faults: Map<string, number>) {
  const ends: (() => Promise<void>)[] = []
  for (const trouble of troubles) {
    faults.set(trouble.name, (faults.get(trouble.name) ?? 0) + 1)
    ends.push(await trouble.begin())
  }
  await delay(forMs)
  for (const end of ends) await end()
  await delay(pauseMs)
}

type Report = Omit<Witness, 'wrong'> & {
  readonly faults: ReadonlyMap<string, number>
  readonly usage: ReturnType<typeof measure>
  readonly healedMs: number
  readonly kills: number
  readonly violations: Awaited<ReturnType<typeof findViolations>>
}

/** One line, so that the runs of several seeds can be compared. */
function report({
  kept,
  asked,
  lives,
  followed,
  counts,
  faults,
  violations,
  ...rest
}: Report): void {
  const found = Object.entries(violations).map(([name, list]) => [
    name,
    typeof list === 'number' ? list : list.length,
  ])
  const line = {
    seed,
    seconds,
    uploads: kept.size,
    variants: asked.size,
    lives: lives.length,
    purges: followed.length,
    answers: Object.fromEntries([...counts].toSorted(([one], [other]) => one.localeCompare(other))),
    faults: [...faults.values()].reduce((sum, times) => sum + times, 0),
    kindsOfFaults: faults.size,
    kills: rest.kills,
    slowestMs: rest.slowestMs,
    healedMs: rest.healedMs,
    usage: rest.usage,
    violations: Object.fromEntries(found) as Record<string, number>,
  }
  process.stderr.write(`${JSON.stringify(line)}\n`)
}
