import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { RenderFileTask } from '@iaas/common/ports/decoder'
import { describeUnless } from '@iaas/testing/describe-unless'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { findOwnCores, parseCpuList } from '../../src/pool/cores.ts'
import { startRenderChild } from '../../src/pool/render-child.ts'
import { makeSlowAndQuick } from '../bombs.ts'
import { openPool } from '../open-pool.ts'
import { workerSettings } from '../worker-settings.ts'

const cores = availableParallelism()
const missing =
  findOwnCores(cores).length === cores ? undefined : 'this system keeps no program to a core'

function coresOf(pid: number): string {
  const [, list = ''] =
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return list
}

describe('the list of cores that a process may use', () => {
  it.each([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['0-1,4,6-7', [0, 1, 4, 6, 7]],
    ['', []],
    ['none', []],
  ])('is read from "%s"', (list, expected) => {
    expect(parseCpuList(list)).toEqual(expected)
  })
})

describeUnless(missing, 'as many children as there are cores', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
  let slow: RenderFileTask
  let quick: RenderFileTask
  beforeAll(async () => {
    folder = await createTemporaryFolder()
    ;({ slow, quick } = await makeSlowAndQuick(folder.path))
  })
  afterAll(async () => folder[Symbol.asyncDispose]())

  it('have a core each, also where one takes the place of another', async () => {
    await using pool = openPool({ concurrency: cores })
    const leave = new AbortController()
    const running = Array.from({ length: cores }, (_, index) =>
      pool
        .render({ ...slow, variant: { ...slow.variant, width: 20 + index } }, leave.signal)
        .catch(() => {}),
    )
    const expected = findOwnCores(cores)
      .map(({ core }) => `${core}`)
      .toSorted((one, other) => Number(one) - Number(other))
    const used = () =>
      pool
        .stats()
        .children.map(coresOf)
        .toSorted((one, other) => Number(one) - Number(other))
    await until(() => pool.stats().children.length === cores)
    await until(() => used().join() === expected.join())
    leave.abort()
    await Promise.all(running)
    await Promise.all(running.map(() => pool.render(quick)))
    expect(new Set(used()).size).toBe(pool.stats().children.length)
    for (const core of used()) expect(expected).toContain(core)
  })

  it('go where they like where they cannot be kept', async () => {
    const [{ taskset } = { taskset: '' }] = findOwnCores(cores)
    for (const own of [
      { core: 9999, taskset },
      { core: 0, taskset: '/bin/false' },
    ]) {
      const child = startRenderChild({ own, mostDataBytes: 2 ** 32 }, workerSettings)
      const options = {
        reservedBytes: 2 ** 30,
        timeoutMs: 60_000,
        admit: async () => {},
        signal: undefined,
      }
      const result = await child.run({ kind: 'inspect', path: quick.path }, options)
      expect(result).toMatchObject({ format: 'jpg' })
      expect(coresOf(child.pid ?? 0)).toBe(coresOf(process.pid))
      await child.kill()
    }
  })

  it('go where they like where they are told to', async () => {
    await using pool = openPool({ concurrency: cores, ownCores: false })
    await pool.render(quick)
    expect(pool.stats().children.map(coresOf)).toEqual([coresOf(process.pid)])
  })

  it('go where they like where there are fewer, or more', async () => {
    for (const concurrency of [cores + 1, cores - 1].filter((count) => count > 0)) {
      await using pool = openPool({ concurrency })
      await pool.render(quick)
      expect(pool.stats().children.map(coresOf)).toEqual([coresOf(process.pid)])
    }
  })
})
