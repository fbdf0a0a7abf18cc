import { type ColourTag, toColourTag } from '../../colour/colour-tag.ts'
import { type Bytes, withBytes } from '../bytes.ts'
import { findMeta, windowBytes } from '../heif/boxes.ts'
import { findAlpha, readNclx, readPeak, readProfile, toCodes } from '../heif/properties.ts'
import { type Item, type Items, firstTile, readItems } from '../heif/items.ts'
import { createBitReader } from './bit-reader.ts'
import { type SequenceColours, readSequenceHeader } from './sequence-header.ts'
import { units, walkUnits } from './units.ts'

/** Properties of an AVIF's pixels that libheif does not apply. */
export type AvifColours = {
  /** undefined for sRGB, and if there is an ICC profile, which takes precedence. */
  readonly tag: ColourTag | undefined
  /** True for grey samples of the limited range, which libheif treats as full range. */
  readonly isLimited: boolean
  /** True for an alpha channel of the limited range. */
  readonly isAlphaLimited: boolean
}

/** Reads the colours as browsers do: an ICC profile takes precedence over nclx, and nclx over the AV1 data. */
export function readAvifColours(path: string): AvifColours | undefined {
  return withBytes(path, windowBytes, (file) => {
    const meta = findMeta(file)
    const items = meta && readItems(meta)
    return items?.primary && toColours(file, items, items.primary)
  })
}

function toColours(file: Bytes, items: Items, primary: Item): AvifColours {
  const colours = readNclx(primary) ?? readSequence(file, items, primary)
  const hasProfile = readProfile(primary) !== undefined
  const alpha = findAlpha(items, primary)
  const isAlphaFull = alpha === undefined || readSequence(file, items, alpha)?.isFullRange
  return {
    tag: colours && !hasProfile ? toColourTag(toCodes(colours), readPeak(primary)) : undefined,
    isLimited: colours?.isFullRange === false && isMonochrome(firstTile(items, primary)),
    isAlphaLimited: isAlphaFull === false,
  }
}

/** Enough for the sequence header and some OBUs before it, bytes. */
const headerBytes = 256
/** Fixed part of the codec configuration box, before its OBUs: AV1 in ISO base media files, 2.3. */
const configurationBytes = 4

function readSequence(file: Bytes, items: Items, item: Item): SequenceColours | undefined {
  const tile = firstTile(items, item)
  const configured = configurationOf(tile)?.subarray(configurationBytes)
  const [place] = items.places.get(tile.id) ?? []
  return (
    (configured && readSequenceColours(configured)) ??
    (place && readSequenceColours(file.read(place.at, headerBytes)))
  )
}

function readSequenceColours(bytes: Buffer): SequenceColours | undefined {
  for (const { type, content } of walkUnits(bytes)) {
    if (type === units.sequenceHeader) return readSequenceHeader(createBitReader(content))?.colours
  }
  return undefined
}

function configurationOf({ properties }: Item): Buffer | undefined {
  return properties.find(({ name }) => name === 'av1C')?.content
}

function isMonochrome(item: Item): boolean {
  return ((configurationOf(item)?.[2] ?? 0) & 0x10) !== 0
}
