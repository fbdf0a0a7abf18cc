import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'

const folder = '@expo-google-fonts/noto-sans'
const files = {
  black: `${folder}/900Black/NotoSans_900Black.ttf`,
  thin: `${folder}/100Thin/NotoSans_100Thin.ttf`,
  usual: `${folder}/400Regular/NotoSans_400Regular.ttf`,
} as const

/** Returns the folder of the fonts. */
export function fontsFolder(): string {
  return dirname(dirname(fontPath('usual')))
}

/** Returns the path of a font. */
export function fontPath(name: keyof typeof files): string {
  return createRequire(import.meta.url).resolve(files[name])
}

/** A character that no font of a machine has, and the font of `makePrivateFont` has. */
export const privateCharacter = '\ue000'

/** Makes a font of Latin letters and of a character for private use. */
export function makePrivateFont(): Buffer {
  const groups = [
    [0x20, 0x7e, 3],
    [0xe000, 0xe000, 40],
  ] as const
  const table = Buffer.alloc(28 + 12 * groups.length)
  const words = [0, 1, 3, 10, 0, 12, 12, 0]
  words.forEach((word, index) => table.writeUInt16BE(word, 2 * index))
  const longs = [16 + 12 * groups.length, 0, groups.length, ...groups.flat()]
  longs.forEach((long, index) => table.writeUInt32BE(long, 16 + 4 * index))
  const font = readFileSync(fontPath('black'))
  const record = findTable(font, 'cmap')
  const made = Buffer.concat([font, Buffer.alloc((4 - (font.length % 4)) % 4), table])
  made.writeUInt32BE(made.length - table.length, record + 8)
  made.writeUInt32BE(table.length, record + 12)
  return made
}

/** Returns a font with a table of meaningless bytes. */
export function breakTable(font: Buffer, tag: string): Buffer {
  const record = findTable(font, tag)
  const broken = Buffer.from(font)
  const start = font.readUInt32BE(record + 8)
  const end = start + font.readUInt32BE(record + 12)
  for (let at = start; at < end; at += 1) broken[at] = (at * 7919) & 0xff
  return broken
}

function findTable(font: Buffer, tag: string): number {
  for (let record = 12; record < 12 + 16 * font.readUInt16BE(4); record += 16) {
    if (font.toString('latin1', record, record + 4) === tag) return record
  }
  throw new Error(`The font has no table "${tag}".`)
}
