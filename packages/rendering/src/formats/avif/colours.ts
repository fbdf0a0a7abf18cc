import {
  type ColourCodes,
  type ColourTag,
  srgbCodes,
  toColourTag,
} from '../../colour/colour-tag.ts'
import { type Bytes, withBytes } from '../bytes.ts'
import { type Box, findMeta, windowBytes } from './boxes.ts'
import { type Item, type Items, firstTile, readItems } from './items.ts'
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
  const hasProfile = colourBoxes(primary).some(({ content }) => kindOf(content) !== 'nclx')
  const alpha = findAlpha(items, primary)
  const isAlphaFull = alpha === undefined || readSequence(file, items, alpha)?.isFullRange
  return {
    tag: colours && !hasProfile ? toColourTag(toCodes(colours), readPeak(primary)) : undefined,
    isLimited: colours?.isFullRange === false && isMonochrome(firstTile(items, primary)),
    isAlphaLimited: isAlphaFull === false,
  }
}

/** Codes that browsers treat as sRGB: video of BT.709, and unspecified. */
const takenForSrgb: ReadonlySet<number> = new Set([0, 1, 2, 3, 6, 11, 14, 15])
const takenForBt709: ReadonlySet<number> = new Set([0, 2, 3])

function toCodes({ primaries, transfer }: ColourCodes): ColourCodes {
  return {
    primaries: takenForBt709.has(primaries) ? srgbCodes.primaries : primaries,
    transfer: takenForSrgb.has(transfer) ? srgbCodes.transfer : transfer,
  }
}

function colourBoxes({ properties }: Item): readonly Box[] {
  return properties.filter(({ name }) => name === 'colr')
}

function kindOf(colr: Buffer): string {
  return colr.toString('latin1', 0, 4)
}

/** Reads an nclx box: kind, primaries, transfer, matrix, and a bit for the full range. ISO/IEC 14496-12, 12.1.5. */
function readNclx(item: Item): SequenceColours | undefined {
  const nclx = colourBoxes(item).find(({ content }) => kindOf(content) === 'nclx')?.content
  if (nclx === undefined || nclx.length < 11) return undefined
  return {
    primaries: nclx.readUInt16BE(4),
    transfer: nclx.readUInt16BE(6),
    isFullRange: nclx.readUInt8(10) >= 0x80,
  }
}

/** Returns the brightest white of the content, cd/m2: ISO/IEC 14496-12, 12.1.6. */
function readPeak({ properties }: Item): number | undefined {
  const clli = properties.find(({ name }) => name === 'clli')?.content
  return clli === undefined || clli.length < 2 ? undefined : clli.readUInt16BE(0) || undefined
}

/** Enough for the sequence header and some OBUs before it, bytes. */
const headerBytes = 256
/** Fixed part of the codec configuration box, before its OBUs: AV1 in ISO base media files, 2.3. */
const configurationBytes = 4

function readSequence(file: Bytes, items: Items, item: Item): SequenceColours | undefined {
  const tile = firstTile(items, item)
  const configured = configurationOf(tile)?.subarray(configurationBytes)
  const place = items.places.get(tile.id)
  return (
    (configured && readSequenceColours(configured)) ??
    (place === undefined ? undefined : readSequenceColours(file.read(place, headerBytes)))
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

/** Types of alpha items: ISO/IEC 23000-22, 7.3.5.2, or the type of HEVC. */
const alphaTypes = /:auxiliary:alpha\0|:auxid:1\0/

function findAlpha({ byId, references }: Items, primary: Item): Item | undefined {
  return references
    .filter(({ type, to }) => type === 'auxl' && to.includes(primary.id))
    .map(({ from }) => byId.get(from))
    .find((item) =>
      item?.properties.some(
        ({ name, content }) => name === 'auxC' && alphaTypes.test(content.toString('latin1')),
      ),
    )
}
