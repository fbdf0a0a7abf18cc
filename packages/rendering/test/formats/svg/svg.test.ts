import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Variant } from '@iaas/common/image'
import { readPixel } from '@iaas/testing/images/compare'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'
import { makeVariant } from '@iaas/testing/variants'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import type { RenderPool } from '../../../src/pool/pool-types.ts'
import { openPool } from '../../open-pool.ts'

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>
let path: string
let pool: RenderPool
beforeAll(async () => {
  folder = await createTemporaryFolder()
  path = join(folder.path, 'image')
  pool = openPool({ refusedFormats: [] })
})
afterAll(async () => {
  await pool[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const bounds = { width: 5000, height: 5000 }
const open = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
const draw = (content: string, size = 'width="24" height="24"') =>
  Buffer.from(`${open} ${size}>${content}</svg>`)
/** The left half is black. */
const half = draw('<rect width="12" height="24"/>')

async function ingest(file: Buffer, into = pool) {
  await writeFile(path, file)
  return into.ingest({ path, outputPath: `${path}.out`, crop: undefined, stripMetadata: false })
}

async function render(file: Buffer, part: Partial<Variant>) {
  await writeFile(path, file)
  const outcome = await pool.render({ path, bounds, variant: makeVariant(part) })
  if (outcome.kind !== 'rendered') throw new Error('It was not rendered.')
  return outcome.bytes
}

describe('an SVG', () => {
  it('is kept as it came', async () => {
    const size = { width: 24, height: 24 }
    expect(await ingest(half)).toMatchObject({ reencoded: false, format: 'svg', size })
  })

  it.each([
    ['clip', {}, [1000, 1000], 500],
    ['crop', { height: 250 }, [1000, 250], 500],
    ['canvas', { height: 250 }, [1000, 250], 500],
    ['crop', { rect: { unit: 'px', left: 6, top: 0, width: 12, height: 12 } }, [1000, 1000], 500],
  ] as const)(
    'is drawn in the size of its rendition, so that edges are sharp: %s',
    async (fit, part, [width, height], edge) => {
      const box = { width: 1000, height: 1000, format: 'png', fit, ...part } as Partial<Variant>
      const image = await render(half, box)
      expect(await sharp(image).metadata()).toMatchObject({ width, height })
      const row = Math.floor(height / 2)
      const opaque = await sharp(image).flatten({ background: '#fff' }).png().toBuffer()
      expect((await readPixel(opaque, edge - 3, row))[0]).toBeLessThan(3)
      expect((await readPixel(opaque, edge + 3, row))[0]).toBeGreaterThan(252)
    },
  )

  it('of parts and images inside the file is shown', async () => {
    const photo = await makePhoto({ width: 8, height: 8, format: 'png' })
    const content = `<defs><linearGradient id="g"><stop stop-color="red"/></linearGradient></defs>
      <rect width="24" height="24" fill="url(#g)"/><use href="#g"/>
      <image xlink:href="data:image/png;base64,${photo.toString('base64')}" width="8" height="8"/>`
    expect(await ingest(draw(content))).toMatchObject({ format: 'svg' })
    const [r, g, b] = await readPixel(
      await render(draw(content), { width: 24, height: 24, format: 'png' }),
      20,
      20,
    )
    expect([r > 250, g < 5, b < 5]).toEqual([true, true, true])
  })
})

describe('T45 an SVG that is more than a drawing', () => {
  const file = 'file:///etc/passwd'
  it.each([
    ['a script', '<script>alert(1)</script>'],
    ['a script of another prefix', '<x:script xmlns:x="http://www.w3.org/2000/svg"/>'],
    ['an event handler', '<rect onload="alert(1)"/>'],
    ['HTML', '<foreignObject/>'],
    ['a file', `<image href="${file}"/>`],
    ['a file by its older name', `<image xlink:href="${file}"/>`],
    ['a file nearby', '<image href="other.png"/>'],
    ['an address', '<use href="http://example.com/a.svg#b"/>'],
    ['an address in character references', '<a href="&#x6a;avascript:alert(1)"/>'],
    ['an SVG inside', '<image href="data:image/svg+xml;base64,PHN2Zy8+"/>'],
    ['a fill from outside', '<rect fill="url(http://example.com/#a)"/>'],
    ['a style from outside', '<style>@import "http://example.com/a.css";</style>'],
    ['a font from outside', '<style>@font-face { src: url(a.woff) }</style>'],
    ['an escape in its style', '<rect style="fill: u\\72l(a)"/>'],
    ['a base', `<g xml:base="${file}"/>`],
    ['a moving reference', '<a><set attributeName="xlink:href" to="http://example.com"/></a>'],
  ])('is refused: %s', async (_name, content) => {
    await expect(ingest(draw(content))).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED' })
  })

  it.each([
    ['an entity', `<!DOCTYPE svg [<!ENTITY a SYSTEM "${file}">]>${open}><text>&a;</text></svg>`],
    ['a style sheet', `<?xml-stylesheet href="a.css"?>${open}/>`],
    ['another encoding', `<?xml version="1.0" encoding="UTF-7"?>${open}/>`],
    ['another root', '<?xml version="1.0"?><html/>'],
  ])('is refused: %s', async (_name, text) => {
    await expect(ingest(Buffer.from(text))).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED' })
  })

  it('shows nothing of a file even where nothing checks it', async () => {
    const photo = join(folder.path, 'photo.png')
    await writeFile(photo, await makePhoto({ width: 24, height: 24, format: 'png' }))
    const image = draw(`<image href="file://${photo}" width="24" height="24"/>`)
    const { channels } = await sharp(image).stats()
    expect(channels[3]?.max ?? 0).toBe(0)
  })
})

describe('T46 an SVG that is built to be costly', () => {
  it.each([
    ['entities', `<!DOCTYPE svg [<!ENTITY a "${'a'.repeat(99)}"><!ENTITY b "&a;&a;">]>${open}/>`],
    ['nested elements', `${open}>${'<g>'.repeat(300)}${'</g>'.repeat(300)}</svg>`],
    ['elements', `${open}>${'<g/>'.repeat(60_000)}</svg>`],
    ['pixels', `${open} width="60000" height="60000"/>`],
    ['bytes', `${open}>${' '.repeat(11 * 2 ** 20)}</svg>`],
    ['what is cut short', `${open}><g>`],
  ])('is refused: %s', async (_name, text) => {
    await expect(ingest(Buffer.from(text))).rejects.toMatchObject({
      code: expect.stringMatching(/^IMAGE_(?:UNSUPPORTED|TOO_COSTLY|TOO_LARGE|DAMAGED)$/),
    })
  })

  it('is refused if its parts are used again and again', async () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const uses = `<use href="#l${level}"/>`.repeat(10)
      return `<g id="l${level + 1}">${uses}</g>`
    })
    const content = `<defs><rect id="l0" width="9" height="9"/>${levels.join('')}</defs><use href="#l12"/>`
    const outcome = await ingest(draw(content)).then(
      () => 'IMAGE_SHOWN',
      (error: { readonly code: string }) => error.code,
    )
    expect(outcome).toMatch(/^IMAGE_/)
    expect(pool.stats().quarantined).toBe(0)
  })

  it('is refused before anything parses it unless the configuration accepts it', async () => {
    await using strict = openPool()
    await expect(ingest(half, strict)).rejects.toThrow('SVG is not supported')
  })
})
