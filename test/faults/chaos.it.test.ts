import { setTimeout as delay } from 'node:timers/promises'
import { describeUnless } from '@iaas/testing/describe-unless'
import { query } from '@iaas/testing/postgres'
import { ownRedisMissing } from '@iaas/testing/redis'
import { until } from '@iaas/testing/until'
import { expect, it } from '@jest/globals'
import { type Deployed, dependencies, provideDeployment } from '../support/deployed.ts'
import { ask } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { type Witness, createLoad } from './_chaos-load.ts'
import { type Random, createRandom } from './_random.ts'
import type { Fault } from './tcp-proxy.ts'

const seconds = Number(process.env['CHAOS_SECONDS'] ?? 15)
const seed = Number(process.env['CHAOS_SEED'] ?? 7)

/** A job may be waiting for its next attempt, or for the lock of an uploader that was killed, ms. */
const healedWithinMs = 180_000

const faults: readonly Fault[] = [
  { kind: 'refuse' },
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'delay', ms: 2000 },
  { kind: 'cut', afterBytes: 100 },
]

describeUnless(ownRedisMissing, `chaos with the seed ${seed}`, () => {
  it(
    `loses nothing and answers nothing wrong in ${seconds} seconds of faults, and heals`,
    async () => {
      await using deployed = await provideDeployment()
      const random = createRandom(seed)
      const services = await startAll(deployed)
      const witness: Witness = { kept: new Map(), asked: new Set(), counts: new Map(), wrong: [] }
      const bases = () => services.apis.map(({ base }) => base)
      const load = createLoad(bases, random, witness)
      for (let count = 0; count < 5; count += 1) await load.uploadOne()

      const endsAt = Date.now() + seconds * 1000
      const keepOn = async (work: () => Promise<void>) => {
        while (Date.now() < endsAt) await work()
      }
      await Promise.all([
        keepOn(load.uploadOne),
        keepOn(load.getVariant),
        keepOn(load.getVariant),
        keepOn(load.getOriginal),
        keepOn(() => makeTrouble(deployed, services, random)),
      ])
      for (const name of dependencies) await deployed.proxies[name].set({ kind: 'none' })
      process.stderr.write(`seed ${seed}: ${JSON.stringify(Object.fromEntries(witness.counts))}\n`)

      expect(witness.wrong).toEqual([])
      await expectKept(services.apis, witness)
      await expectStored(deployed, services.apis, witness)
      for (const { process: child } of [...services.apis, services.renderer]) {
        expect(child.exitCode).toBeNull()
      }
    },
    seconds * 1000 + 240_000,
  )
})

type Services = {
  readonly apis: readonly [Stack, Stack]
  readonly renderer: Stack
  uploaders: readonly Stack[]
}

async function startAll(deployed: Deployed): Promise<Services> {
  const renderer = await deployed.start('renderer')
  const apis = [await deployed.start('api'), await deployed.start('api')] as const
  const env = { CHECKS_PER_MINUTE: '6000' }
  const uploaders = [
    await deployed.start('uploader', { env }),
    await deployed.start('uploader', { env }),
  ]
  return { apis, renderer, uploaders }
}

/** One fault, or two at once, for a while. */
async function makeTrouble(deployed: Deployed, services: Services, random: Random): Promise<void> {
  const [one, other] = [random.pick(dependencies), random.pick(dependencies)]
  await deployed.proxies[one].set(random.pick(faults))
  if (random.below(2) === 0) await deployed.proxies[other].set(random.pick(faults))
  if (random.below(3) === 0) await killAnUploader(deployed, services)
  if (random.below(4) === 0) await freeze(services.renderer, 1000)
  if (random.below(4) === 0) deployed.redis.process.kill('SIGSTOP')
  await delay(500 + random.below(2500))
  deployed.redis.process.kill('SIGCONT')
  for (const name of [one, other]) await deployed.proxies[name].set({ kind: 'none' })
  await delay(random.below(1500))
}

async function killAnUploader(deployed: Deployed, services: Services): Promise<void> {
  const [victim, ...others] = services.uploaders
  victim?.process.kill('SIGKILL')
  services.uploaders = [...others, await deployed.start('uploader')]
}

async function freeze({ process: child }: Stack, ms: number): Promise<void> {
  child.kill('SIGSTOP')
  await delay(ms)
  child.kill('SIGCONT')
}

/** Every upload that was answered 200 is there, byte for byte, whichever api is asked. */
async function expectKept(apis: readonly Stack[], { kept }: Witness): Promise<void> {
  expect(kept.size).toBeGreaterThan(4)
  for (const { base } of apis) {
    for (const [id, bytes] of kept) {
      expect((await ask(base, `/${id}.jpg`)).body.equals(bytes)).toBe(true)
    }
  }
}

/** Every variant that anyone asked for is stored in the end, once, and what its link leads to is there. */
async function expectStored(deployed: Deployed, apis: readonly Stack[], { asked }: Witness) {
  const [{ base }] = apis as readonly [Stack]
  await until(async () => (await ask(base, '/_health')).status === 200, 10_000)
  const waiting = new Set(asked)
  await until(async () => {
    for (const path of waiting) {
      const { status, headers } = await ask(base, path)
      const isStored = status === 307 && (await fetch(headers.location as string)).ok
      if (isStored) waiting.delete(path)
    }
    return waiting.size === 0
  }, healedWithinMs)
  const { rows } = await query(
    deployed.databaseUrl,
    'SELECT count(*)::int AS links, count(DISTINCT (id, x, y, fit, file_type, blur, quality))::int AS variants FROM images',
  )
  expect(rows[0]?.['links']).toBe(rows[0]?.['variants'])
}
