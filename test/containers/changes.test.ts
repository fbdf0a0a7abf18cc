import { randomBytes } from 'node:crypto'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Compose, openCompose } from '../support/compose.ts'
import { contractFiles } from '../support/edge-target.ts'
import type { Target } from '../support/target-type.ts'
import { startTarget } from '../support/target.ts'
import { failuresOf, startLoad } from './_load.ts'

const scale = ['api=2', 'renderer=2', 'uploader=3'].flatMap((each) => ['--scale', each])
const up = ['up', '-d', '--wait', ...scale]

/** The steps of docs/operations.md that change a running project. */
const steps = {
  'a new version of the api': {
    args: ['up', '-d', '--build', '--wait', ...scale],
    env: { TEST_BUILD: randomBytes(4).toString('hex') },
  },
  'another CACHE_HOST': {
    args: up,
    env: { CACHE_HOST: `http://localhost:${process.env['EDGE_PORT']}/cdn` },
  },
  'new secrets': { args: ['restart', 'api', 'uploader'], env: {} },
  'services that are made anew': {
    args: [...up, '--force-recreate', 'api', 'uploader', 'renderer'],
    env: {},
  },
  'fewer replicas, then as many as before': { args: ['up', '-d', '--wait'], env: {} },
} as const

describe('a change of the compose project under load', () => {
  let target: Target
  let compose: Compose

  beforeAll(async () => {
    compose = openCompose(process.env['TEST_COMPOSE_PROJECT'] ?? '', contractFiles)
    target = await startTarget()
  })
  afterAll(() => target?.[Symbol.asyncDispose]())

  it.each(Object.entries(steps))(
    'F33 (%s) fails no request, and keeps the edge and its cache',
    async (name, { args, env }) => {
      const edge = await compose.containers('edge')
      const load = await startLoad(target.base, name.replaceAll(/\W/g, '-'))
      await until(() => load.done > 50)
      await compose.run(args, { env: { NODE_CONFIG: '{}', ...env } })
      await compose.run(up, { env: { NODE_CONFIG: '{}' } })
      const until100More = load.done + 100
      await until(() => load.done > until100More, 180_000)
      expect(failuresOf(await load.stop())).toEqual({})
      expect(await compose.containers('edge')).toEqual(edge)
    },
  )
})
