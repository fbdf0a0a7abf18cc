import { type ColourCodes, type ColourTag, srgbCodes, toColourTag } from '../colour/colour-tag.ts'
import { readBytes, withFile } from '../files.ts'
import { type Box, findMeta } from './boxes.ts'
import { type Item, type Items, firstTile, readItems } from './items.ts'
import { createBitReader } from './bit-reader.ts'
import { type SequenceColours, readSequenceHeader } from './sequence-header.ts'
import { units, walkUnits } from './units.ts'

/** Properties of an AVIF's pixels that libheif does not apply. */
export type AvifColours = {
  /** undefined for sRGB, and where there is an ICC profile, which counts more. */
  readonly tag: ColourTag | undefined
  /** Grey samples of the limited range, which libheif takes for those of the full one. */
  readonly isLimited: boolean
  /** Transparency of the limited range. */
  readonly isAlphaLimited: boolean
}

/** Reads them as browsers do: an ICC profile counts more than nclx, nclx more than the AV1 data. */
export function readAvifColours(path: string): AvifColours | undefined {
  return withFile(path, (file) => {
    const meta = findMeta(file)
    const items = meta && readItems(meta)
    return items?.primary && toColours(file, items, items.primary)
  })
}

function toColours(file: number, items: Items, primary: Item): AvifColours {
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

/** Browsers take video of BT.709 and what is unspecified for sRGB. */
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

/** ISO/IEC 14496-12, 12.1.5: its kind, primaries, transfer, matrix, and a bit for the full range. */
function readNclx(item: Item): SequenceColours | undefined {
  const nclx = colourBoxes(item).find(({ content }) => kindOf(content) === 'nclx')?.content
  if (nclx === undefined || nclx.length < 11) return undefined
  return {
    primaries: nclx.readUInt16BE(4),
    transfer: nclx.readUInt16BE(6),
    isFullRange: nclx.readUInt8(10) >= 0x80,
  }
}

/** The brightest white of the content, ISO/IEC 14496-12, 12.1.6, cd/m2. */
function readPeak({ properties }: Item): number | undefined {
  const clli = properties.find(({ name }) => name === 'clli')?.content
  return clli === undefined || clli.length < 2 ? undefined : clli.readUInt16BE(0) || undefined
}

/** Holds the sequence header and some OBUs before it, bytes. */
const headerBytes = 256
/** The fixed part of the box that tells of the codec, before OBUs: AV1 in ISO base media files, 2.3. */
const configurationBytes = 4

function readSequence(file: number, items: Items, item: Item): SequenceColours | undefined {
  const tile = firstTile(items, item)
  const configured = configurationOf(tile)?.subarray(configurationBytes)
  const place = items.places.get(tile.id)
  return (
    (configured && readSequenceColours(configured)) ??
    (place === undefined ? undefined : readSequenceColours(readBytes(file, place, headerBytes)))
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

/** ISO/IEC 23000-22, 7.3.5.2, or as HEVC has it. */
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
