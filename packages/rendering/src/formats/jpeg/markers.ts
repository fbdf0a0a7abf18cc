/** A quantisation table in natural (not zigzag) order, 64 coefficients. */
export type QuantisationTable = readonly number[]

/** Facts from the segments of a JPEG file. */
export type JpegFacts = {
  /** Quantisation tables by number; the last definition before the first scan. */
  readonly tables: ReadonlyMap<number, QuantisationTable>
  readonly scans: number
  /** Number of segments, including those between scans. */
  readonly segments: number
}

export type JpegScanner = {
  /** Processes the next bytes of the file, in chunks of any size. Never throws. */
  push(chunk: Uint8Array): void
  /** Returns how many of the next bytes are irrelevant, and treats them as pushed. */
  skip(): number
  readonly facts: JpegFacts
}

/** Parser state: the meaning of the next byte of the file. */
type Place =
  | { readonly kind: 'marker' }
  | { readonly kind: 'length'; readonly marker: number; readonly high: number | undefined }
  | { readonly kind: 'segment'; readonly marker: number; left: number; readonly content: number[] }
  | { readonly kind: 'entropy' }
  | { readonly kind: 'end' }

const SOS = 0xda
const EOI = 0xd9
const DQT = 0xdb

/**
 * Scans a JPEG file once, in constant memory. Reads the quantisation tables and counts the scans. ITU-T T.81, annex B.
 */
export function createJpegScanner(): JpegScanner {
  const tables = new Map<number, QuantisationTable>()
  let scans = 0
  let segments = 0
  let place: Place = { kind: 'marker' }
  let afterFF = false

  function isOfTables(marker: number): boolean {
    return marker === DQT && scans === 0
  }

  function enterSegment(marker: number, length: number): void {
    segments += 1
    place =
      length > 2
        ? { kind: 'segment', marker, left: length - 2, content: [] }
        : leaveSegment(marker, [])
  }

  function leaveSegment(marker: number, content: readonly number[]): Place {
    if (isOfTables(marker)) readTables(content, tables)
    if (marker !== SOS) return { kind: 'marker' }
    scans += 1
    return { kind: 'entropy' }
  }

  function atMarker(byte: number): void {
    if (byte === 0xff) {
      afterFF = true
      return
    }
    if (!afterFF) return
    afterFF = false
    // 00 is a stuffed byte; D0 to D8 (restart, start of image) have no length. Values below C0 are undefined, and a
    // decoder continues after them.
    if (byte === EOI) place = { kind: 'end' }
    else if (byte >= 0xc0 && !(byte >= 0xd0 && byte <= 0xd8)) {
      place = { kind: 'length', marker: byte, high: undefined }
    } else if (place.kind === 'entropy' || scans > 0) place = { kind: 'entropy' }
  }

  function step(byte: number): void {
    switch (place.kind) {
      case 'marker':
      case 'entropy':
        return atMarker(byte)
      case 'length':
        if (place.high === undefined) place = { ...place, high: byte }
        else enterSegment(place.marker, place.high * 256 + byte)
        return
      case 'segment':
        if (isOfTables(place.marker)) place.content.push(byte)
        place.left -= 1
        if (place.left === 0) place = leaveSegment(place.marker, place.content)
        return
      case 'end':
    }
  }

  /** Searches entropy-coded data, which is most of a file, for the next FF instead of parsing each byte. */
  function push(chunk: Uint8Array): void {
    for (let index = 0; index < chunk.length; index += 1) {
      if (place.kind === 'end') return
      if (place.kind === 'entropy' && !afterFF) {
        const next = chunk.indexOf(0xff, index)
        if (next === -1) return
        index = next
      }
      step(chunk[index] ?? 0)
    }
  }

  function skip(): number {
    if (place.kind !== 'segment') return 0
    const { marker, left } = place
    // A scan with a truncated header does not count.
    if (marker === SOS || isOfTables(marker)) return 0
    place = leaveSegment(marker, [])
    return left
  }

  return {
    push,
    skip,
    get facts() {
      return { tables, scans, segments }
    },
  }
}

/**
 * Reads a DQT segment: precision and number in one byte, then 64 coefficients of one or two bytes in zigzag order;
 * repeated.
 */
function readTables(content: readonly number[], tables: Map<number, QuantisationTable>): void {
  for (let at = 0; at < content.length;) {
    const head = content[at] ?? 0
    const bytes = head >> 4 === 0 ? 1 : 2
    const end = at + 1 + 64 * bytes
    if (end > content.length || (head & 15) > 3) return
    const table = Array.from({ length: 64 }, () => 0)
    for (const [position, natural] of zigzag.entries()) {
      const from = at + 1 + position * bytes
      table[natural] =
        bytes === 1 ? (content[from] ?? 0) : (content[from] ?? 0) * 256 + (content[from + 1] ?? 0)
    }
    tables.set(head & 15, table)
    at = end
  }
}

/** Natural index of each zigzag position, along the anti-diagonals in alternating directions. */
export const zigzag: readonly number[] = Array.from({ length: 15 }, (_, diagonal) => {
  const cells = Array.from({ length: 8 }, (_row, row) => [row, diagonal - row] as const)
    .filter(([, column]) => column >= 0 && column < 8)
    .map(([row, column]) => row * 8 + column)
  return diagonal % 2 === 0 ? cells.toReversed() : cells
}).flat()
