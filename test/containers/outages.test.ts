import { setTimeout as delay } from 'node:timers/promises'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Compose, docker, openCompose, untilHealthy } from '../support/compose.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'
import { failuresOf, startLoad } from './_load.ts'

/** How often every replica is restarted, one after the other. */
const rounds = Number(process.env['RESTART_ROUNDS'] ?? 1)

describe('the compose project under load', () => {
  let target: Target
  let compose: Compose

  beforeAll(async () => {
    compose = openCompose(process.env['TEST_COMPOSE_PROJECT'] ?? '')
    target = await startTarget()
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it(
    'loses no request while every api, renderer and uploader is restarted, one after the other',
    async () => {
      const load = await startLoad(target.base, 'rolling')
      for (let round = 0; round < rounds; round += 1) {
        for (const service of ['api', 'renderer', 'uploader']) {
          for (const container of await compose.containers(service)) {
            await docker(['stop', '-t', '40', container])
            const exitCode = await docker(['inspect', '-f', '{{.State.ExitCode}}', container])
            expect([service, exitCode.trim()]).toEqual([service, '0'])
            await docker(['start', container])
            await untilHealthy(container)
          }
        }
      }
      const tally = await load.stop()
      expect(failuresOf(tally)).toEqual({})
      expect(load.done).toBeGreaterThan(200)
    },
    180_000 * rounds,
  )

  it.each(['api', 'renderer', 'uploader'])(
    'loses no GET when one %s is killed',
    async (service) => {
      const load = await startLoad(target.base, `killed-${service}`)
      await until(() => load.done > 50)
      const [victim = ''] = await compose.containers(service)
      await docker(['kill', victim])
      const until100More = load.done + 100
      await until(() => load.done > until100More, 60_000)
      await delay(3000)
      const tally = await load.stop()
      await docker(['start', victim])
      await untilHealthy(victim)
      // An upload may be in the hands of the one that was killed; its token tells the client.
      const failures = Object.entries(failuresOf(tally)).filter(
        ([key]) => !key.startsWith('upload'),
      )
      expect(failures).toEqual([])
    },
  )

  it.each(['redis', 's3', 'postgres'])('serves every GET while %s is killed', async (service) => {
    const load = await startLoad(target.base, `without-${service}`)
    await until(() => load.done > 50)
    const [victim = ''] = await compose.containers(service)
    await docker(['kill', victim])
    const until100More = load.done + 100
    await until(() => load.done > until100More, 60_000)
    await docker(['start', victim])
    const tally = await load.stop()
    const failures = Object.entries(failuresOf(tally)).filter(([key]) => !key.startsWith('upload'))
    expect(failures).toEqual([])
    await compose.run(['up', '-d', '--wait', '--no-recreate', service])
    await target.untilStored()
  })
})
