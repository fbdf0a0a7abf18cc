import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { perform } from '@iaas/rendering/worker/perform'
import { readOwnMemory } from '@iaas/rendering/pool/watch-memory'
import { describeUnless } from '@iaas/testing/describe-unless'
import { codeAv1, makeAvif } from '@iaas/testing/images/make-avif'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makePng, makePngChunk } from '@iaas/testing/images/make-png'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { makeJob } from '../bombs.ts'
import { openPool } from '../open-pool.ts'
import { workerSettings } from '../worker-settings.ts'

const largeBytes = 40 * 2 ** 20

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

/** A small image with as much beside it: bytes that are removed, and bytes that stay. */
function makeLargePng(): Buffer {
  return makePng({
    colours: 'rgb',
    patches: [[200, 100, 50]],
    chunks: [
      makePngChunk('teXt', Buffer.from('Villa Incognito')),
      makePngChunk('fdAT', randomBytes(largeBytes)),
    ],
  })
}

async function makeLargeSequence(): Promise<Buffer> {
  const [colours] = await codeAv1(new Uint8Array(32 * 32 * 4).fill(200), 32, 32)
  const frames = { name: 'moov', content: Buffer.alloc(largeBytes) }
  return makeAvif({ colours, brands: ['avis', 'avif', 'avis', 'msf1'], boxes: [frames] })
}

async function makeCutJpeg(): Promise<Buffer> {
  const create = { width: 4000, height: 3000, channels: 3, background: '#357' } as const
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  const whole = await sharp({ create: { ...create, noise } })
    .jpeg({ progressive: true, quality: 90 })
    .toBuffer()
  return whole.subarray(0, -20)
}

const ingestTask = () => ({
  kind: 'take-in' as const,
  path,
  outputPath: `${path}.out`,
  crop: undefined,
  stripMetadata: true,
})

/** Does an upload as a child does it, in this process. Resolves to what it was let in for, bytes. */
async function admitted(most = Infinity): Promise<readonly number[]> {
  const asked: number[] = []
  const admit = async (bytes: number) => {
    asked.push(bytes)
    if (bytes > most) throw new Error('There is no room.')
  }
  await perform(ingestTask(), workerSettings, admit).catch((error: unknown) => {
    if (most === Infinity) throw error
  })
  return asked
}

describe('T41 a file that is read whole', () => {
  it('is counted before its metadata is removed', async () => {
    await writeFile(path, makeLargePng())
    const [first = 0] = await admitted()
    expect(first).toBeGreaterThan((await stat(path)).size)
  })

  it('is counted before its header is read, where its brand must be changed for a decoder', async () => {
    await writeFile(path, await makeLargeSequence())
    const { size } = await stat(path)
    const asked = await admitted()
    expect(asked).toHaveLength(2)
    for (const bytes of asked) expect(bytes).toBeGreaterThan(2 * size)
    // Nothing follows where there is no room.
    expect(await admitted(size)).toHaveLength(1)
  })

  it('is counted before its missing end is looked for, with the pixels that this takes', async () => {
    await writeFile(path, await makeCutJpeg())
    const [first = 0, second = 0] = await admitted()
    expect(second - first).toBeGreaterThanOrEqual((await stat(path)).size + 6 * 4000 * 3000)
  })
})

const missing =
  readOwnMemory(process.pid) === undefined ? 'this system does not tell peaks of memory' : undefined
describeUnless(missing, 'T41 the memory of a child that reads a file whole', () => {
  it.each([
    ['lies in it once while its metadata is removed', async () => makeLargePng(), 1.5 * largeBytes],
    ['lies in it twice while its brand is changed', makeLargeSequence, 2.5 * largeBytes],
    ['stays within its estimate where its end is missing', makeCutJpeg, undefined],
  ])('%s', async (_name, make, most) => {
    await using pool = openPool({ concurrency: 1 })
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    await pool.render(await makeJob(join(folder.path, 'quick'), photo))
    const [child] = pool.stats().children
    await writeFile(path, await make())
    const before = readPeakBytes(child)
    await pool.ingest(ingestTask())
    expect(pool.stats().children).toEqual([child])
    const taken = readPeakBytes(child) - before
    const estimate = Math.max(...(await admitted()))
    expect(taken).toBeLessThan(most ?? estimate)
  })
})

function readPeakBytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
