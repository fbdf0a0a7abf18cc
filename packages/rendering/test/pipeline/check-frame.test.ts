import { describe, expect, it } from '@jest/globals'
import { checkFrame } from '@iaas/rendering/pipeline/plan-animation'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { perform } from '@iaas/rendering/worker/perform'
import { makeAnimatedGif } from '@iaas/testing/images/make-animation'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { workerSettings } from '../worker-settings.ts'

const limits = { animation: { maxFrames: 300, maxPixels: 100e6 }, animationCpuMs: 6000 }
const pixels = 1e6

function codeOf(frame: number, part: object = {}): unknown {
  try {
    checkFrame({ format: 'gif', pixels, frame, ...part }, limits)
    return undefined
  } catch (error) {
    return (error as { code: unknown }).code
  }
}

describe('a late frame of an animation', () => {
  it('R61 is refused where the frames up to it have more pixels than an animation may', () => {
    expect([codeOf(99), codeOf(100), codeOf(4999)]).toEqual([
      undefined,
      'IMAGE_TOO_COSTLY',
      'IMAGE_TOO_COSTLY',
    ])
    expect(codeOf(4999, { pixels: 10_000 })).toBeUndefined()
  })

  it('R61 is refused where decoding the frames before it would take too long', () => {
    const hurried = { ...limits, animationCpuMs: 1000 }
    const check = (frame: number) => () => checkFrame({ format: 'webp', pixels, frame }, hurried)
    expect(check(49)).not.toThrow()
    expect(check(50)).toThrow(expect.objectContaining({ code: 'IMAGE_TOO_COSTLY' }))
  })

  it('is not meant by the first frame, nor by the pages of a TIFF', () => {
    expect(codeOf(0, { pixels: 1e9 })).toBeUndefined()
    expect(codeOf(4999, { format: 'tiff' })).toBeUndefined()
  })

  it('R61 is refused before a pixel is decoded', async () => {
    await using folder = await createTemporaryFolder()
    const path = join(folder.path, 'long')
    await writeFile(path, await makeAnimatedGif(100, 100, 12))
    const asked: number[] = []
    const render = (frame: number) =>
      perform(
        {
          kind: 'render',
          path,
          variant: makeVariant({ width: 50, height: 50, frame }),
          bounds: { width: 200, height: 200 },
        },
        { ...workerSettings, animation: { maxFrames: 300, maxPixels: 100_000 } },
        async (bytes) => void asked.push(bytes),
      )
    await expect(render(10)).rejects.toMatchObject({ code: 'IMAGE_TOO_COSTLY' })
    expect(asked).toEqual([])
    expect(await render(9)).toMatchObject({ kind: 'rendered', isCostly: false })
  })
})
