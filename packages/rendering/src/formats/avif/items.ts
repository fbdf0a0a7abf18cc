import { type Box, createCursor, readBoxes } from './boxes.ts'

/** An image, or a part of one, in a file: ISO/IEC 23008-12. */
export type Item = {
  readonly id: number
  /** Four letters, such as `av01` or `grid`. */
  readonly type: string
  readonly properties: readonly Box[]
}

export type Reference = {
  readonly type: string
  readonly from: number
  readonly to: readonly number[]
}

/** Positions of the items' bytes, from the start of the file. */
type Places = ReadonlyMap<number, number>

/** Items of a file: ISO/IEC 14496-12, 8.11. */
export type Items = {
  readonly primary: Item | undefined
  readonly byId: ReadonlyMap<number, Item>
  readonly references: readonly Reference[]
  readonly places: Places
}

/** Version and flags of a full box. */
const versionBytes = 4

/** Reads the items from the box `meta`. Skips whatever is malformed. */
export function readItems(meta: Buffer): Items {
  // `meta` itself is passed with its header.
  const boxes = readBoxes(meta.subarray(8 + versionBytes))
  const contentOf = (name: string) => boxes.find((box) => box.name === name)?.content
  const byId = new Map<number, Item>()
  const properties = readProperties(contentOf('iprp'))
  for (const [id, type] of readTypes(contentOf('iinf'))) {
    byId.set(id, { id, type, properties: properties.get(id) ?? [] })
  }
  return {
    primary: byId.get(readPrimary(contentOf('pitm'))),
    byId,
    references: readReferences(contentOf('iref')),
    places: readPlaces(contentOf('iloc')),
  }
}

/** Returns the coded image of an item, or the first one that it is derived from, such as for a grid. */
export function firstTile({ byId, references }: Items, item: Item): Item {
  const [tile] = references.find(({ type, from }) => type === 'dimg' && from === item.id)?.to ?? []
  return (tile !== undefined && byId.get(tile)) || item
}

function readPrimary(pitm: Buffer | undefined): number {
  if (pitm === undefined) return 0
  const { read } = createCursor(pitm.subarray(versionBytes))
  return read(pitm[0] === 0 ? 2 : 4)
}

/** Reads the types of the items: 8.11.6, versions that name a type. */
function readTypes(iinf: Buffer | undefined): readonly (readonly [id: number, type: string])[] {
  if (iinf === undefined) return []
  const entries = readBoxes(iinf.subarray(versionBytes + (iinf[0] === 0 ? 2 : 4)))
  return entries
    .filter(({ name, content }) => name === 'infe' && (content[0] ?? 0) >= 2)
    .map(({ content }) => {
      const idBytes = content[0] === 2 ? 2 : 4
      const { read } = createCursor(content.subarray(versionBytes))
      // The index of the protection follows the id.
      const type = versionBytes + idBytes + 2
      return [read(idBytes), content.toString('latin1', type, type + 4)] as const
    })
}

/** Reads the properties and their items: 8.11.14. */
function readProperties(iprp: Buffer | undefined): ReadonlyMap<number, readonly Box[]> {
  const boxes = iprp === undefined ? [] : readBoxes(iprp)
  const container = boxes.find(({ name }) => name === 'ipco')
  const all = container === undefined ? [] : readBoxes(container.content)
  const byItem = new Map<number, readonly Box[]>()
  for (const { content } of boxes.filter(({ name }) => name === 'ipma')) {
    const idBytes = content[0] === 0 ? 2 : 4
    const indexBytes = (content[3] ?? 0) & 1 ? 2 : 1
    const cursor = createCursor(content.subarray(versionBytes))
    const { read } = cursor
    for (let left = read(4); left > 0 && !cursor.isAtEnd; left -= 1) {
      const id = read(idBytes)
      const indices = Array.from({ length: read(1) }, () => read(indexBytes))
      // The highest bit marks a property as essential.
      const mask = indexBytes === 1 ? 0x7f : 0x7f_ff
      byItem.set(
        id,
        indices.flatMap((index) => all[(index & mask) - 1] ?? []),
      )
    }
  }
  return byItem
}

/** Reads the references between items: 8.11.12. */
function readReferences(iref: Buffer | undefined): readonly Reference[] {
  if (iref === undefined) return []
  const idBytes = iref[0] === 0 ? 2 : 4
  return readBoxes(iref.subarray(versionBytes)).map(({ name: type, content }) => {
    const { read } = createCursor(content)
    const from = read(idBytes)
    return { type, from, to: Array.from({ length: read(2) }, () => read(idBytes)) }
  })
}

/** Reads the positions of items stored in the file itself: 8.11.3. */
function readPlaces(iloc: Buffer | undefined): Places {
  const places = new Map<number, number>()
  if (iloc === undefined) return places
  const version = iloc[0] ?? 0
  const cursor = createCursor(iloc.subarray(versionBytes))
  const { read } = cursor
  const sizes = read(2)
  const [offsetBytes, lengthBytes, baseBytes, indexBytes] = [12, 8, 4, 0].map(
    (bits) => (sizes >> bits) & 15,
  ) as [number, number, number, number]
  for (let left = read(version < 2 ? 2 : 4); left > 0 && !cursor.isAtEnd; left -= 1) {
    const id = read(version < 2 ? 2 : 4)
    const method = version > 0 ? read(2) & 15 : 0
    read(2)
    const base = readLong(read, baseBytes)
    for (let extents = read(2), first = true; extents > 0 && !cursor.isAtEnd; extents -= 1) {
      if (version > 0) readLong(read, indexBytes)
      const offset = readLong(read, offsetBytes)
      readLong(read, lengthBytes)
      if (first && method === 0) places.set(id, base + offset)
      first = false
    }
  }
  return places
}

/** Reads a number of 0, 4 or 8 bytes. */
function readLong(read: (length: number) => number, length: number): number {
  return length === 8 ? read(4) * 2 ** 32 + read(4) : read(length)
}
