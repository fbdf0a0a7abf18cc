const headerBytes = 128
const entryBytes = 12
/** Most entries that are read of the tag table. */
const mostEntries = 100
const longestName = 100

/** Reads the description of an ICC profile (ICC.1:2022, 7.3 and 9.2.41); null if it has none that can be read. */
export function readProfileName(icc: Buffer | undefined): string | null {
  if (icc === undefined || icc.length < headerBytes + 4) return null
  const count = Math.min(icc.readUInt32BE(headerBytes), mostEntries)
  for (let index = 0; index < count; index += 1) {
    const at = headerBytes + 4 + index * entryBytes
    if (at + entryBytes > icc.length) return null
    if (icc.toString('latin1', at, at + 4) !== 'desc') continue
    const from = icc.readUInt32BE(at + 4)
    return readDescription(icc.subarray(from, from + icc.readUInt32BE(at + 8)))
  }
  return null
}

function readDescription(tag: Buffer): string | null {
  if (tag.length < 12) return null
  const type = tag.toString('latin1', 0, 4)
  // Version 2: text in ASCII, ICC.1:2001, 6.5.17.
  if (type === 'desc') return clean(tag.toString('latin1', 12, 12 + tag.readUInt32BE(8)))
  // Version 4: texts in several languages, UTF-16, ICC.1:2022, 10.15. The first one is read.
  if (type !== 'mluc' || tag.length < 28) return null
  const from = tag.readUInt32BE(24)
  const bytes = tag.subarray(from, from + Math.min(tag.readUInt32BE(20), 2 * longestName))
  const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)))
  return clean(even.swap16().toString('utf16le'))
}

function clean(text: string): string | null {
  const [line = ''] = text.split('\0')
  const name = line
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, longestName)
  return name.isWellFormed() && name !== '' ? name : null
}
