import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '@iaas/common/config/config-error'
import { createDiskOriginalStore } from '@iaas/common/disk/original-store'
import { parseImageId } from '@iaas/common/image'
import { createSilentLogger } from '@iaas/common/log'
import { checkWatermarks } from '@iaas/rendering/watermarks/check-watermarks'
import { watermarksSettings } from '@iaas/rendering/watermarks/config'
import { mostOverlayBytes, overlayDigest } from '@iaas/rendering/watermarks/overlays'
import { loadWatermarks } from '@iaas/rendering/watermarks/watermarks'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { openPool } from '../open-pool.ts'

const log = createSilentLogger()
const png = await makePhoto({ width: 30, height: 20, format: 'png', alpha: true })
const id = parseImageId('logo')

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
beforeAll(async () => {
  folder = await createTemporaryFolder()
})
afterAll(async () => folder[Symbol.asyncDispose]())

/** Makes an image of 20 megapixels in a small file. */
const makeWide = () =>
  sharp({ create: { width: 5000, height: 4000, channels: 3, background: '#888' } })
    .png()
    .toBuffer()

async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder.path, name)
  await writeFile(path, bytes)
  return path
}

function open(settings: object) {
  const originals = createDiskOriginalStore({ dir: join(folder.path, 'originals') })
  const parsed = watermarksSettings.parse(settings)
  const put = async (bytes: Uint8Array) => {
    await using file = await originals.createTemporary()
    await writeFile(file.path, bytes)
    await originals.put(id, file)
  }
  return { parsed, originals, put, options: { settings: parsed, originals, log } }
}

async function problemsOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.catch((reason: unknown) => reason)
  if (error instanceof ConfigError) return error.problems
  throw new Error('It was accepted.', { cause: error })
}

describe('the images of watermarks', () => {
  it('are read from files, and found by name and by digest', async () => {
    const file = await write('logo.png', png)
    const { options } = open({ logo: { file, opacity: 0.5, margin: 7 }, '// old': 'none' })
    const { find, overlays } = await loadWatermarks(options)
    expect(find('logo')).toEqual({
      overlay: overlayDigest(png),
      gravity: { x: 1, y: 1 },
      opacity: 0.5,
      scale: 0.25,
      margin: 7,
      repeat: false,
    })
    expect(overlays.find(overlayDigest(png))).toEqual(png)
    expect(overlays.find(overlayDigest(Buffer.from('other')))).toBeUndefined()
    expect([find('Logo'), find('constructor')]).toEqual([undefined, undefined])
  })

  it('R63 that cannot be read stop the start, all of them named at once', async () => {
    const large = Buffer.concat([png, Buffer.alloc(mostOverlayBytes)])
    const settings = {
      gone: { file: join(folder.path, 'gone.png') },
      folder: { file: folder.path },
      text: { file: await write('text.png', Buffer.from('text')) },
      tiff: {
        file: await write('a.tiff', await makePhoto({ width: 9, height: 9, format: 'tiff' })),
      },
      large: { file: await write('large.png', large) },
      fine: { file: await write('fine.png', png) },
    }
    const problems = await problemsOf(loadWatermarks(open(settings).options))
    expect(problems).toEqual(
      ['gone', 'folder', 'text', 'tiff', 'large'].map((name) =>
        expect.stringContaining(`watermarks.${name}: `),
      ),
    )
  })

  it('R63 that cannot be decoded stop the start, too', async () => {
    const settings = {
      torn: { file: await write('torn.png', png.subarray(0, png.length / 2)) },
      wide: { file: await write('wide.png', await makeWide()) },
      fine: { file: await write('fine.png', png) },
    }
    const { parsed, options } = open(settings)
    const watermarks = await loadWatermarks(options)
    await using pool = openPool()
    const problems = await problemsOf(checkWatermarks(parsed, watermarks, { files: pool, log }))
    expect(problems).toEqual([
      expect.stringContaining('watermarks.torn: '),
      expect.stringContaining('watermarks.wide: '),
    ])
  })

  it('may be originals that are uploaded and replaced later; until then they are 404', async () => {
    await mkdir(join(folder.path, 'originals'), { recursive: true })
    const { options, originals, put } = open({ logo: { original: 'logo' } })
    const { find, refresh } = await loadWatermarks(options)
    expect(() => find('logo')).toThrow(expect.objectContaining({ code: 'ORIGINAL_NOT_FOUND' }))
    await put(png)
    await refresh()
    expect(find('logo')?.overlay).toBe(overlayDigest(png))
    const other = await makePhoto({ width: 40, height: 20, format: 'webp' })
    await originals.delete(id)
    await put(other)
    await refresh()
    expect(find('logo')?.overlay).toBe(overlayDigest(other))
    await originals.delete(id)
    await refresh()
    expect(() => find('logo')).toThrow(expect.objectContaining({ code: 'ORIGINAL_NOT_FOUND' }))
  })

  it('T55 are not read from an original that is too large or of another format', async () => {
    const { options, originals, put } = open({ logo: { original: 'logo' } })
    for (const bytes of [
      Buffer.concat([png, Buffer.alloc(mostOverlayBytes)]),
      Buffer.from('<svg/>'),
    ]) {
      await originals.delete(id)
      await put(bytes)
      const { find, overlays } = await loadWatermarks(options)
      expect(() => find('logo')).toThrow(expect.objectContaining({ code: 'ORIGINAL_NOT_FOUND' }))
      expect(overlays.find(overlayDigest(bytes))).toBeUndefined()
    }
  })
})
