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

/** A part of an item: its position from the start of the file, and its length; 0 if it extends to the end. */
export type Extent = { readonly at: number; readonly bytes: number }

/** Bytes of the items that are stored in the file itself. */
type Places = ReadonlyMap<number, readonly Extent[]>

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
  const byItem = new Map<number, Box[]>()
  for (const { id, property } of walkAssociations(iprp)) {
    byItem.set(id, [...(byItem.get(id) ?? []), property])
  }
  return byItem
}

/** A property of an item, and the bytes that associate it. */
type Association = { readonly id: number; readonly property: Box; readonly bytes: Buffer }

function* walkAssociations(iprp: Buffer | undefined): Generator<Association> {
  const boxes = iprp === undefined ? [] : readBoxes(iprp)
  const container = boxes.find(({ name }) => name === 'ipco')
  const all = container === undefined ? [] : readBoxes(container.content)
  for (const { content } of boxes.filter(({ name }) => name === 'ipma')) {
    const idBytes = content[0] === 0 ? 2 : 4
    const indexBytes = (content[3] ?? 0) & 1 ? 2 : 1
    // The highest bit marks a property as essential.
    const mask = indexBytes === 1 ? 0x7f : 0x7f_ff
    const list = content.subarray(versionBytes)
    const cursor = createCursor(list)
    const { read } = cursor
    for (let left = read(4); left > 0 && !cursor.isAtEnd; left -= 1) {
      const id = read(idBytes)
      for (let count = read(1); count > 0 && !cursor.isAtEnd; count -= 1) {
        const bytes = list.subarray(cursor.at, cursor.at + indexBytes)
        const property = all[(read(indexBytes) & mask) - 1]
        if (property !== undefined) yield { id, property, bytes }
      }
    }
  }
}

/** Removes properties from an item, in place. @param meta see `readItems` */
export function dropProperties(meta: Buffer, id: number, names: ReadonlySet<string>): void {
  const iprp = readBoxes(meta.subarray(8 + versionBytes)).find(({ name }) => name === 'iprp')
  for (const association of walkAssociations(iprp?.content)) {
    // Index 0 stands for no property.
    if (association.id === id && names.has(association.property.name)) association.bytes.fill(0)
  }
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
  const places = new Map<number, Extent[]>()
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
    const extents: Extent[] = []
    for (let count = read(2); count > 0 && !cursor.isAtEnd; count -= 1) {
      if (version > 0) readLong(read, indexBytes)
      const at = base + readLong(read, offsetBytes)
      extents.push({ at, bytes: readLong(read, lengthBytes) })
    }
    if (method === 0 && extents.length > 0) places.set(id, extents)
  }
  return places
}

/** Reads a number of 0, 4 or 8 bytes. */
function readLong(read: (length: number) => number, length: number): number {
  return length === 8 ? read(4) * 2 ** 32 + read(4) : read(length)
}
