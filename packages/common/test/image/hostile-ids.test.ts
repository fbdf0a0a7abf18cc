import { originalPath } from '@iaas/common/digest'
import { parseImageId, parseImageUrl } from '@iaas/common/image'
import fc from 'fast-check'
import { describe, expect, it } from '@jest/globals'
import { codeOf } from './_refusals.ts'

const controls = [...Array.from({ length: 0x20 }, (_, code) => code), 0x7f]

/** Names that are one to a careless eye, or to some file system, and are not the same text. */
const lookalikes = [
  ['photo', 'Photo', 'PHOTO', 'photo ', ' photo', 'photo.', 'photo\u200b', 'photo\u00ad'],
  ['\uff50hoto', 'ph\u043eto', '\u202ephoto', 'photo\u202c', 'ph0to', 'photo\ufeff'],
  ['caf\u00e9', 'cafe', 'cafè', 'CAF\u00c9', '\ufb01le', 'file', '\u017fs', 'ss', 'ß', 'ẞ'],
].flat()

/** What Windows, shells and old archives stumble over. */
const awkward = [
  ['CON', 'nul', 'aux', 'COM1', 'LPT9', 'a:b', 'a::$DATA', 'PHOTO~1', 'a*', 'a?', '<a>', 'a|b'],
  ['-rf', '--help', '~', '~root', '$HOME', '`id`', '$(id)', ';id', '%PATH%', 'a\u00a0b', '"a"'],
  ['a'.repeat(255), 'é'.repeat(255), '😀'.repeat(255)],
].flat()

describe('hostile ids', () => {
  it('R2 a control character is refused wherever it stands, in an id and in an address', () => {
    for (const code of controls) {
      const character = String.fromCharCode(code)
      const encoded = `%${code.toString(16).padStart(2, '0')}`
      for (const id of [`${character}ab`, `a${character}b`, `ab${character}`, character]) {
        expect(codeOf(() => parseImageId(id))).toBe('INVALID_ID')
      }
      for (const name of [`${encoded}ab`, `a${encoded}b`, `ab${encoded}`]) {
        expect(codeOf(() => parseImageUrl(`/${name}.jpg`, []))).toBe('INVALID_ID')
        expect(codeOf(() => parseImageUrl(`/${name}_10_10.jpg`, []))).toBe('INVALID_ID')
      }
    }
  })

  it('R3 two ids are one image where their normal forms are the same text, and only there', () => {
    const anyName = fc.oneof(fc.constantFrom(...lookalikes), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(anyName, anyName, (one, other) => {
        fc.pre(codeOf(() => parseImageId(one)) === undefined)
        fc.pre(codeOf(() => parseImageId(other)) === undefined)
        const isOne = one.normalize('NFC') === other.normalize('NFC')
        expect(originalPath(parseImageId(one)) === originalPath(parseImageId(other))).toBe(isOne)
      }),
      { numRuns: 2000 },
    )
    const pathOf = (name: string) => originalPath(parseImageId(name))
    expect(pathOf('cafe\u0301')).toBe(pathOf('caf\u00e9'))
    expect(new Set(lookalikes.map((name) => originalPath(parseImageId(name)))).size).toBe(
      lookalikes.length,
    )
  })

  it('R3 no two of very many ids share a file', () => {
    const many = Number(process.env['HOSTILE_IDS'] ?? 20_000)
    const paths = new Set<string>()
    for (let index = 0; index < many; index += 1) {
      paths.add(originalPath(parseImageId(`photo ${index.toString(36)}`)))
    }
    expect(paths.size).toBe(many)
  })

  it.each(awkward)('R4 the name %s is an id like any other, and inert on disk', (name) => {
    const path = originalPath(parseImageId(name))
    expect(path).toMatch(/^[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{64}$/)
  })

  it.each(['.hidden', '..', '...', 'a..b', '/etc/passwd', 'a/b', 'a\\b', '\\\\host\\share', ''])(
    'R4 the name %j is refused',
    (name) => {
      expect(codeOf(() => parseImageId(name))).toBe('INVALID_ID')
    },
  )
})
