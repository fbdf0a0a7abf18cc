import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TextFont, fontOfDigest } from '@iaas/common/image'
import { fontDigest } from '@iaas/rendering/fonts/font-digest'
import { makePrivateFont, privateCharacter } from '@iaas/testing/fonts'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { describe, expect, it } from '@jest/globals'
import { openPool } from '../open-pool.ts'

describe('a font of the configuration', () => {
  it('T56 leaves with its child, and shows no character of the next text', async () => {
    await using folder = await createTemporaryFolder()
    await using pool = openPool({ concurrency: 1 })
    const path = join(folder.path, 'photo')
    await writeFile(path, await makePhoto({ width: 90, height: 60, format: 'png' }))
    const font = makePrivateFont()
    const draw = async (textFont?: TextFont) => {
      const box = { width: 90, height: 60, format: 'png' } as const
      const variant = makeVariant({ ...box, text: privateCharacter, textFont })
      const outcome = await pool.render({ path, variant, bounds: { width: 99, height: 99 }, font })
      return outcome.kind === 'rendered' ? Buffer.from(outcome.bytes) : undefined
    }
    const before = await draw()
    const [child] = pool.stats().children
    expect(await draw(fontOfDigest(fontDigest(font)))).not.toEqual(before)
    expect(await draw()).toEqual(before)
    expect(pool.stats().children).not.toContain(child)
  })
})
