import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRenderChild } from '@iaas/rendering/pool/render-child'
import { ChildTooLargeError } from '@iaas/rendering/pool/run-task'
import { mostData, mostMemory, readOwnMemory } from '@iaas/rendering/pool/watch-memory'
import { describeUnless } from '@iaas/testing/describe-unless'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { isRunning } from '@iaas/testing/is-running'
import { until } from '@iaas/testing/until'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { makeJob, slowImage } from '../bombs.ts'
import { openPool } from '../open-pool.ts'
import { workerSettings } from '../worker-settings.ts'

const mebibyte = 2 ** 20
const missing =
  readOwnMemory(process.pid) === undefined
    ? 'this system does not tell the memory of a process'
    : undefined

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

describeUnless(missing, 'T28 the memory of a child', () => {
  it('is limited by the system to what all renders together may have', async () => {
    const memoryBudgetBytes = 300 * mebibyte
    await using pool = openPool({ memoryBudgetBytes, ownCores: false })
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    await pool.render(await makeJob(path, photo))
    const limits = readFileSync(`/proc/${pool.stats().children[0]}/limits`, 'utf8')
    const [, soft] = /^Max data size\s+(\d+)/m.exec(limits) ?? []
    expect(Number(soft)).toBe(mostData(memoryBudgetBytes))
  })

  it('is watched: one that takes more than its task has reserved is killed', async () => {
    // All pixels of an AVIF are kept: some 240 MiB here.
    const create = { width: 4000, height: 3000, channels: 3, background: '#357' } as const
    await sharp({ create }).avif({ effort: 0 }).toFile(path)
    const child = startRenderChild({ own: undefined, mostDataBytes: 2 ** 32 }, workerSettings)
    const work = child.run(
      { kind: 'take-in', path, outputPath: `${path}.out`, crop: undefined, stripMetadata: false },
      {
        reservedBytes: 8 * mebibyte,
        timeoutMs: 0,
        admit: async () => {},
        signal: undefined,
      },
    )
    await expect(work).rejects.toBeInstanceOf(ChildTooLargeError)
    await until(() => !isRunning(child.pid ?? 0))
  })

  it('that is too much is tried once more by a child without a past, and is then 413 and kept out', async () => {
    const lost: string[] = []
    const events = { task: () => {}, childLost: (reason: string) => void lost.push(reason) }
    const readMemory = () => mostMemory(2 ** 40)
    await using pool = openPool({ events, readMemory })
    const job = await makeJob(path, slowImage)
    await expect(pool.render(job)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' })
    expect(lost).toEqual(['memory', 'memory'])
    await expect(pool.render(job)).rejects.toMatchObject({ code: 'RENDER_QUARANTINED' })
  })
})
