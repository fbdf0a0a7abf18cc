import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { planRender, viewOf } from '@iaas/common/image'
import { makeUltraHdr } from '@iaas/testing/images/with-gain-map'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { inspectFile } from '../../../src/formats/inspect.ts'
import { readGainMap } from '../../../src/formats/jpeg/gain-map.ts'
import { estimateGainMap } from '../../../src/pipeline/gain-map/plan-gain-map.ts'

const size = { width: 320, height: 240 }
let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
})
afterAll(async () => folder[Symbol.asyncDispose]())

async function estimate(image: Buffer): Promise<number | undefined> {
  await writeFile(path, image)
  const source = await inspectFile(path, 10_000_000)
  const variant = makeVariant({ width: 100, height: 100, format: 'jpg', profile: 'keep' })
  const view = viewOf(source.size, variant)
  const plan = planRender(view.size, variant, { width: 2000, height: 2000 })
  return estimateGainMap({ path, source, variant, view, plan })
}

describe('the gain map of a JPEG', () => {
  it('R68 is measured by its header, and kept only if it is no larger than its image', async () => {
    expect(await estimate(await makeUltraHdr(size))).toBeGreaterThan(320 * 240)
    expect(readGainMap(path)).toEqual({ width: 80, height: 60 })
    expect(await estimate(await makeUltraHdr({ ...size, scale: 1 }))).toBeGreaterThan(320 * 240)
    expect(await estimate(await makeUltraHdr({ ...size, scale: 0.5 }))).toBeUndefined()
    expect(readGainMap(path)).toEqual({ width: 640, height: 480 })
  })

  it('R68 is not one without parameters, or beyond the end of the file', async () => {
    const whole = await makeUltraHdr(size)
    const images = [await makeUltraHdr({ ...size, hasParameters: false }), whole.subarray(0, -1)]
    for (const image of images) expect(await estimate(image)).toBeUndefined()
  })

  it('R68 is read without an error from a damaged file', async () => {
    const whole = await makeUltraHdr(size)
    const start = whole.indexOf('MPF\0')
    const damage = fc.record({ at: fc.nat(90), byte: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, byte }) => {
        const damaged = Buffer.from(whole)
        damaged[start + at] = byte
        await writeFile(path, damaged)
        expect(() => readGainMap(path)).not.toThrow()
      }),
      { numRuns: 300 },
    )
  })
})
