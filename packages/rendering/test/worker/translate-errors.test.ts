import { readSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { AppError } from '@iaas/common/errors'
import { translateError } from '@iaas/rendering/worker/translate-errors'
import { withFile } from '@iaas/rendering/formats/files'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import sharp from 'sharp'

const photo = await makePhoto({ width: 300, height: 200, format: 'png' })
/** Its samples have 12 bits, which no browser shows. */
const deep = Buffer.from(await makePhoto({ width: 16, height: 16, format: 'jpeg' }))
deep[deep.indexOf('ffc0', 0, 'hex') + 4] = 12
const wide = sharp({ create: { width: 70_000, height: 1, channels: 3, background: '#123' } })

/** What libvips and Node say, and what each means. They have no codes: a new version that words them anew fails here. */
const failures = {
  'a file that is missing': [() => sharp('/none/such').metadata(), 'ORIGINAL_NOT_FOUND'],
  'a file that is missing to Node': [() => open('/none/such'), 'ORIGINAL_NOT_FOUND'],
  'a path that is no file': [() => open('/', 'r+'), 'STORE_UNAVAILABLE'],
  'a folder that is missing': [() => sharp(photo).toFile('/none/such.png'), 'STORE_UNAVAILABLE'],
  'T27 a position that no file has': [
    () =>
      withFile(import.meta.filename, async (file) =>
        readSync(file, Buffer.alloc(9), 0, 9, 2 ** 53),
      ),
    'IMAGE_DAMAGED',
  ],
  'a pixel limit': [() => sharp(photo, { limitInputPixels: 9 }).toBuffer(), 'IMAGE_TOO_LARGE'],
  'a channel limit': [() => sharp(photo, { limitInputChannels: 2 }).toBuffer(), 'IMAGE_TOO_LARGE'],
  'a WebP that is too wide': [() => wide.clone().webp().toBuffer(), 'RENDER_FAILED'],
  'a JPEG that is too wide': [() => wide.clone().jpeg().toBuffer(), 'RENDER_FAILED'],
  'a region outside': [
    () => sharp(photo).extract({ left: 0, top: 0, width: 999, height: 1 }).toBuffer(),
    'RENDER_FAILED',
  ],
  'a parameter that is wrong': [async () => sharp(photo).resize(-1), 'RENDER_FAILED'],
  'an image that is cut short': [() => sharp(photo.subarray(0, 5000)).toBuffer(), 'IMAGE_DAMAGED'],
  'a JPEG of 12 bits': [() => sharp(deep).toBuffer(), 'IMAGE_UNSUPPORTED'],
  'a defect': [async () => Object.keys(JSON.parse('null')), 'RENDER_FAILED'],
} as const satisfies Record<string, readonly [() => Promise<unknown>, string]>

describe('errors of decoders and files', () => {
  it.each(Object.entries(failures))('are told apart: %s', async (_name, [fail, code]) => {
    const error: unknown = await fail().then(
      () => undefined,
      (cause: unknown) => cause,
    )
    expect(error).toBeDefined()
    const translated = translateError(error)
    expect(translated).toMatchObject({ code, cause: error })
    expect(translated.message).not.toMatch(/none|such|vips|\//i)
  })

  it('stay what they are where they are expected ones', () => {
    const error = new AppError('INVALID_CROP', 'The crop region is outside.')
    expect(translateError(error)).toBe(error)
  })

  it('do not depend on the name of a file', async () => {
    await using folder = await createTemporaryFolder()
    const path = join(folder.path, 'expected save partition exceeds pixel limit')
    await writeFile(path, photo.subarray(0, 5000))
    const error: unknown = await sharp(path)
      .toBuffer()
      .catch((cause: unknown) => cause)
    expect(translateError(error).code).toBe('IMAGE_DAMAGED')
  })
})
