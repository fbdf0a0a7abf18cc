import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'
import { inspectFile } from '@iaas/rendering/formats/inspect'
import { estimateMemory } from '@iaas/rendering/formats/cost'
import { makeInterlacedBomb } from '@iaas/testing/images/bombs'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeJob } from '../bombs.ts'
import { facts } from '../facts.ts'
import { openPool } from '../open-pool.ts'

describe('the estimate of the memory that an image takes', () => {
  it('lets photos of phones begin at once, and asks of costly ones', () => {
    const allowance = 96 * 1024 * 1024
    const thumbnail = { width: 400, height: 300 }
    expect(
      estimateMemory({ ...facts, size: { width: 4000, height: 3000 }, pixels: 12e6 }, thumbnail),
    ).toBeLessThan(allowance)
    expect(estimateMemory({ ...facts, isProgressive: true }, thumbnail)).toBeGreaterThan(allowance)
    expect(estimateMemory({ ...facts, format: 'avif' }, thumbnail)).toBeGreaterThan(allowance)
  })

  it.each([
    // As measured of 29.9 megapixels, MiB.
    ['a TIFF of floating point with alpha, in large tiles', 'tiff', 16, 440],
    ['a TIFF of 16 bits with alpha, in large tiles', 'tiff', 8, 246],
    ['a lossless WebP', 'webp', 3, 245],
  ] as const)('is no less than %s takes', (_name, format, bytesPerPixel, measuredMiB) => {
    const size = { width: 5472, height: 5472 }
    const source = { ...facts, format, bytesPerPixel, size, pixels: 5472 * 5472 }
    expect(estimateMemory(source, undefined)).toBeGreaterThan(measuredMiB * 2 ** 20)
  })

  it('is no less than a drawing of ten megapixels takes as WebP, which is tried without loss', () => {
    const size = { width: 4000, height: 2500 }
    const source = { ...facts, format: 'png', isLossless: true, size, pixels: 1e7 } as const
    // As measured, MiB.
    const estimate = estimateMemory(source, { ...size, format: 'webp' })
    expect(estimate).toBeGreaterThan(289 * 2 ** 20)
    expect(estimateMemory(source, { ...size, format: 'jpg' })).toBeLessThan(estimate)
  })

  it.each([
    // Measured with the default effort, pixels and MiB.
    ['without alpha', 2000, 1333, 41],
    ['with alpha', 6000, 4000, 759],
  ])('T47 is no less than an AVIF %s takes to encode', (_name, width, height, measuredMiB) => {
    const nothing = estimateMemory(facts, { width: 1, height: 1, format: 'avif' })
    const estimate = estimateMemory(facts, { width, height, format: 'avif' })
    expect(estimate - nothing).toBeGreaterThan(measuredMiB * 2 ** 20)
  })

  it('counts the pixels of an enlargement again', () => {
    const output = { width: 2000, height: 2000 }
    const enlarged = estimateMemory(facts, { ...output, isEnlarged: true })
    expect(enlarged - estimateMemory(facts, output)).toBeGreaterThan(8 * 2000 * 2000)
  })

  it('grows with the source, its depth and the output', () => {
    const cost = estimateMemory({ ...facts, isProgressive: true }, { width: 100, height: 100 })
    const costlier = [
      estimateMemory({ ...facts, isProgressive: true }, { width: 2000, height: 2000 }),
      estimateMemory(
        { ...facts, isProgressive: true, bytesPerPixel: 4 },
        { width: 100, height: 100 },
      ),
      estimateMemory(
        { ...facts, isProgressive: true, size: { width: 7000, height: 4000 }, pixels: 28e6 },
        { width: 100, height: 100 },
      ),
    ]
    for (const other of costlier) expect(other).toBeGreaterThan(cost)
    expect(estimateMemory({ ...facts, isProgressive: true }, undefined)).toBeLessThan(cost)
  })
})

const missing = existsSync('/proc/self/status') ? undefined : 'there is no /proc'
describeUnless(missing, 'the memory of a child, as /proc shows it', () => {
  it.each([
    ['a progressive JPEG', () => makeScanBomb(5400, 5400, 2)],
    ['a wide interlaced PNG of 16 bits', () => makeInterlacedBomb(65_400, 440)],
    ['a high one', () => makeInterlacedBomb(440, 65_400)],
  ])('stays within the estimate for %s', async (_name, make) => {
    await using folder = await createTemporaryFolder()
    await using pool = openPool({ concurrency: 1 })
    const path = join(folder.path, 'costly')
    await writeFile(path, make())
    const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
    await pool.render(await makeJob(join(folder.path, 'quick'), photo))
    const [child] = pool.stats().children
    const before = readPeakBytes(child)
    // It may be damaged: it is costly before that is seen.
    await pool
      .ingest({ path, outputPath: `${path}.out`, crop: undefined, stripMetadata: false })
      .catch(() => {})
    expect(pool.stats().children).toEqual([child])
    const estimate = estimateMemory(await inspectFile(path, 30_000_000), undefined)
    expect(readPeakBytes(child) - before).toBeLessThan(estimate)
  })
})

function readPeakBytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
