/** First bytes of TrueType and OpenType fonts, as hexadecimal digits. Collections and web fonts are none of them. */
const versions: ReadonlySet<string> = new Set(['00010000', '74727565', '4f54544f'])
const needed = ['cmap', 'head', 'hhea', 'hmtx', 'maxp', 'name'] as const
/** Tables with outlines. A font has all of one row. */
const outlines = [['glyf', 'loca'], ['CFF '], ['CFF2']] as const
const headerBytes = 12
const recordBytes = 16
const names = { family: 1, style: 2, full: 4, postScript: 6 } as const
/** Windows, Unicode, English. */
const platform = [3, 1, 0x409] as const

/**
 * Returns a copy of a font that has no other name than this one. Fonts of one process are told apart by their names.
 *
 * @throws Error if the bytes are no whole TrueType or OpenType font
 */
export function renameFont(bytes: Uint8Array, family: string): Uint8Array {
  const font = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const record = readTables(font).get('name')
  if (record === undefined) throw noFont()
  const table = makeNames(family)
  // Tables begin at multiples of four bytes.
  const padding = Buffer.alloc((4 - (font.length % 4)) % 4)
  const renamed = Buffer.concat([font, padding, table])
  renamed.writeUInt32BE(font.length + padding.length, record + 8)
  renamed.writeUInt32BE(table.length, record + 12)
  return renamed
}

/** Returns where the record of each table is. */
function readTables(font: Buffer): ReadonlyMap<string, number> {
  if (font.length < headerBytes || !versions.has(font.toString('hex', 0, 4))) throw noFont()
  const end = headerBytes + font.readUInt16BE(4) * recordBytes
  if (font.length < end) throw noFont()
  const tables = new Map<string, number>()
  for (let at = headerBytes; at < end; at += recordBytes) {
    if (font.readUInt32BE(at + 8) + font.readUInt32BE(at + 12) > font.length) throw noFont()
    tables.set(font.toString('latin1', at, at + 4), at)
  }
  const hasAll = (tags: readonly string[]) => tags.every((tag) => tables.has(tag))
  if (!hasAll(needed) || !outlines.some(hasAll)) throw noFont()
  return tables
}

function makeNames(family: string): Buffer {
  const ids = Object.values(names)
  const texts = ids.map((id) => (id === names.style ? 'Regular' : family))
  const strings = texts.map((text) => Buffer.from(text, 'utf16le').swap16())
  const start = 6 + ids.length * 12
  const table = Buffer.alloc(start)
  const write = (at: number, ...values: readonly number[]) =>
    values.forEach((value, index) => table.writeUInt16BE(value, at + 2 * index))
  write(0, 0, ids.length, start)
  let offset = 0
  for (const [index, id] of ids.entries()) {
    const length = strings[index]?.length ?? 0
    write(6 + index * 12, ...platform, id, length, offset)
    offset += length
  }
  return Buffer.concat([table, ...strings])
}

function noFont(): Error {
  return new Error('must be a whole TrueType or OpenType font (.ttf or .otf)')
}
