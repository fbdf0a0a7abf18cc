import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { describeUnless } from '@iaas/testing/describe-unless'
import { readQuality } from '@iaas/rendering/formats/readers'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import sharp from 'sharp'

/** Programs of ImageMagick; other programs have these names too. */
function findMagick(...candidates: readonly (readonly string[])[]): readonly string[] | undefined {
  return candidates.find(([program = '', ...first]) => {
    try {
      return execFileSync(program, [...first, '--version'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).includes('ImageMagick')
    } catch {
      return false
    }
  })
}

const convert = findMagick(['magick'], ['convert-im6.q16'], ['convert'], ['/usr/bin/convert'])
const identify = findMagick(['magick', 'identify'], ['identify-im6.q16'], ['identify'])

function run([program = '', ...first]: readonly string[], ...rest: readonly string[]): string {
  return execFileSync(program, [...first, ...rest], { encoding: 'utf8', maxBuffer: 2 ** 24 })
}

const qualities = Array.from({ length: 100 }, (_, index) => index + 1)

/** What ImageMagick says of files, in one call. */
function identifyAll(paths: readonly string[]): readonly string[] {
  return run(identify ?? [], '-ping', '-format', '%Q\n', ...paths)
    .trim()
    .split('\n')
}

/** What we say of them. */
function estimateAll(paths: readonly string[]): readonly string[] {
  return paths.map((path) => String(readQuality(path, 'jpg')))
}

const kinds = {
  'in colour, 4:2:0': {},
  'in colour, 4:4:4': { chromaSubsampling: '4:4:4' },
  'in grey': { grey: true },
  'in CMYK': { cmyk: true },
  progressive: { progressive: true },
} as const

const isThere = convert !== undefined && identify !== undefined
const missing = isThere ? undefined : 'there is no ImageMagick on this machine'

describeUnless(missing, 'the estimate and ImageMagick', () => {
  it.each(Object.entries(kinds))('agree on files that sharp writes %s', async (_name, kind) => {
    await using folder = await createTemporaryFolder()
    const paths = qualities.map((quality) => join(folder.path, `${quality}.jpg`))
    for (const [index, path] of paths.entries()) {
      const photo = { width: 24, height: 16, format: 'jpeg', quality: index + 1 } as const
      await writeFile(path, await makePhoto({ ...photo, ...kind }))
    }
    expect(estimateAll(paths)).toEqual(identifyAll(paths))
  })

  it('agree on files with the tables of mozjpeg', async () => {
    await using folder = await createTemporaryFolder()
    const paths = qualities.map((quality) => join(folder.path, `${quality}.jpg`))
    const photo = await makePhoto({ width: 24, height: 16, format: 'png' })
    for (const [index, path] of paths.entries()) {
      await sharp(photo)
        .jpeg({ quality: index + 1, mozjpeg: true })
        .toFile(path)
    }
    expect(estimateAll(paths)).toEqual(identifyAll(paths))
  })

  it.each([
    ['in colour', ['-colorspace', 'sRGB', '-type', 'TrueColor']],
    ['in grey', ['-colorspace', 'Gray']],
    ['progressive', ['-interlace', 'JPEG', '-sampling-factor', '1x1']],
  ])('agree on files that ImageMagick writes %s', async (_name, options) => {
    await using folder = await createTemporaryFolder()
    const source = join(folder.path, 'source.png')
    await writeFile(source, await makePhoto({ width: 24, height: 16, format: 'png' }))
    const paths = qualities.map((quality) => join(folder.path, `${quality}.jpg`))
    const writes = paths.flatMap((path, index) => ['-quality', `${index + 1}`, '-write', path])
    run(convert ?? [], source, ...options, ...writes, 'null:')
    const estimates = estimateAll(paths)
    expect(estimates).toEqual(identifyAll(paths))
    expect(estimates).toEqual(qualities.map(String))
  })
})
