import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '@iaas/common/config/config-error'
import { createSilentLogger } from '@iaas/common/log'
import { checkFonts } from '@iaas/rendering/fonts/check-fonts'
import { fontDigest } from '@iaas/rendering/fonts/font-digest'
import { loadFonts, mostFontBytes } from '@iaas/rendering/fonts/fonts'
import { breakTable, fontPath } from '@iaas/testing/fonts'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openPool } from '../open-pool.ts'

const log = createSilentLogger()
const black = readFileSync(fontPath('black'))

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
beforeAll(async () => {
  folder = await createTemporaryFolder()
})
afterAll(async () => folder[Symbol.asyncDispose]())

async function write(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder.path, name)
  await writeFile(path, bytes)
  return path
}

async function problemsOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.catch((reason: unknown) => reason)
  if (error instanceof ConfigError) return error.problems
  throw new Error('It was accepted.', { cause: error })
}

/** Returns the font with a table that reaches beyond its end. */
function makeLong(): Buffer {
  const long = Buffer.from(black)
  long.writeUInt32BE(0xffff_fff0, 12 + 8)
  return long
}

describe('the fonts of the configuration', () => {
  it('are read from files, and found by name and by digest', async () => {
    const { find, files } = await loadFonts({ brand: fontPath('black'), thin: fontPath('thin') })
    const digest = fontDigest(black)
    expect([find('brand'), find('constructor')]).toEqual([digest, undefined])
    expect(files.find(digest)).toEqual(black)
    expect(files.find(fontDigest(Buffer.from('other')))).toBeUndefined()
  })

  it('T56 that are no whole fonts stop the start, all of them named at once', async () => {
    const settings = {
      gone: join(folder.path, 'gone.ttf'),
      folder: folder.path,
      empty: await write('empty.ttf', ''),
      text: await write('text.ttf', 'text'.repeat(1000)),
      torn: await write('torn.ttf', black.subarray(0, black.length / 2)),
      header: await write('header.ttf', black.subarray(0, 12)),
      long: await write('long.ttf', makeLong()),
      collection: await write('a.ttc', Buffer.concat([Buffer.from('ttcf'), black.subarray(4)])),
      web: await write('a.woff2', Buffer.concat([Buffer.from('wOF2'), black.subarray(4)])),
      large: await write('large.ttf', Buffer.concat([black, Buffer.alloc(mostFontBytes)])),
      fine: fontPath('thin'),
    }
    const { fine: _, ...broken } = settings
    expect(await problemsOf(loadFonts(settings))).toEqual(
      Object.keys(broken).map((name) => expect.stringContaining(`fonts.${name}: `)),
    )
  })

  it('T56 that cannot be drawn with stop the start, and no service', async () => {
    const settings = {
      heads: await write('heads.ttf', breakTable(black, 'head')),
      outlines: await write('outlines.ttf', breakTable(black, 'glyf')),
      places: await write('places.ttf', breakTable(black, 'loca')),
      fine: fontPath('thin'),
    }
    const fonts = await loadFonts(settings)
    await using pool = openPool()
    const problems = await problemsOf(checkFonts(settings, fonts, { files: pool, log }))
    expect(problems).toEqual(
      ['heads', 'outlines', 'places'].map((name) => expect.stringContaining(`fonts.${name}: `)),
    )
    const { fine } = settings
    await checkFonts({ fine }, fonts, { files: pool, log })
  })

  it('T56 with any damage end in an answer, not in a fault of the service', async () => {
    await using pool = openPool()
    for (const tag of ['cmap', 'maxp', 'hmtx', 'hhea', 'OS/2', 'post', 'GPOS', 'GSUB']) {
      const settings = { any: await write('any.ttf', breakTable(black, tag)) }
      const fonts = await loadFonts(settings)
      const checked = checkFonts(settings, fonts, { files: pool, log })
      await checked.catch((error: unknown) => expect(error).toBeInstanceOf(ConfigError))
    }
    const settings = { fine: fontPath('thin') }
    await checkFonts(settings, await loadFonts(settings), { files: pool, log })
  })
})
