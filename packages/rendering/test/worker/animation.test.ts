import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { perform } from '@iaas/rendering/worker/perform'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import sharp from 'sharp'
import { workerSettings } from '../worker-settings.ts'

const size = { width: 90, height: 60 }

/** An animation whose second frame cannot be decoded. */
async function makeDamaged(): Promise<Buffer> {
  const first = await makePhoto({ ...size, format: 'png' })
  const second = await sharp(first).negate().png().toBuffer()
  const whole = await sharp([first, second], { join: { animated: true } })
    .gif()
    .toBuffer()
  const middle = Math.floor(whole.length * 0.6)
  return whole.fill(0xff, middle, middle + 200)
}

describe('an animation whose later frame is damaged', () => {
  it.each([
    ['gif', 'auto'],
    ['webp', true],
  ] as const)('T48 is its first frame in %s, and says so', async (format, animated) => {
    await using folder = await createTemporaryFolder()
    const path = join(folder.path, 'damaged')
    await writeFile(path, await makeDamaged())
    const variant = makeVariant({ width: 45, height: 30, format, animated })
    const task = { kind: 'render', path, variant, bounds: { width: 200, height: 200 } } as const
    const outcome = await perform(task, workerSettings, async () => {})
    expect(outcome).toMatchObject({ kind: 'rendered', note: 'animation-damaged' })
    const { bytes } = outcome as { readonly bytes: Uint8Array }
    expect((await sharp(bytes).metadata()).pages ?? 1).toBe(1)
  })
})
