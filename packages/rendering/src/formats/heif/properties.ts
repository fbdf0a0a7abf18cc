import { type ColourCodes, srgbCodes } from '../../colour/colour-tag.ts'
import type { Box } from './boxes.ts'
import type { Item, Items } from './items.ts'

/** Colours by code, and their range. */
export type DeclaredColours = ColourCodes & { readonly isFullRange: boolean }

/** Codes that browsers treat as sRGB: video of BT.709, and unspecified. */
const takenForSrgb: ReadonlySet<number> = new Set([0, 1, 2, 3, 6, 11, 14, 15])
const takenForBt709: ReadonlySet<number> = new Set([0, 2, 3])

export function toCodes({ primaries, transfer }: ColourCodes): ColourCodes {
  return {
    primaries: takenForBt709.has(primaries) ? srgbCodes.primaries : primaries,
    transfer: takenForSrgb.has(transfer) ? srgbCodes.transfer : transfer,
  }
}

/** Returns the ICC profile of an item. */
export function readProfile(item: Item): Buffer | undefined {
  const profile = colourBoxes(item).find(({ content }) => kindOf(content) !== 'nclx')
  return profile?.content.subarray(4)
}

function colourBoxes({ properties }: Item): readonly Box[] {
  return properties.filter(({ name }) => name === 'colr')
}

function kindOf(colr: Buffer): string {
  return colr.toString('latin1', 0, 4)
}

/** Reads an nclx box: kind, primaries, transfer, matrix, and a bit for the full range. ISO/IEC 14496-12, 12.1.5. */
export function readNclx(item: Item): DeclaredColours | undefined {
  const nclx = colourBoxes(item).find(({ content }) => kindOf(content) === 'nclx')?.content
  if (nclx === undefined || nclx.length < 11) return undefined
  return {
    primaries: nclx.readUInt16BE(4),
    transfer: nclx.readUInt16BE(6),
    isFullRange: nclx.readUInt8(10) >= 0x80,
  }
}

/** Returns the brightest white of the content, cd/m2: ISO/IEC 14496-12, 12.1.6. */
export function readPeak({ properties }: Item): number | undefined {
  const clli = properties.find(({ name }) => name === 'clli')?.content
  return clli === undefined || clli.length < 2 ? undefined : clli.readUInt16BE(0) || undefined
}

/** Types of alpha items: ISO/IEC 23000-22, 7.3.5.2, or the type of HEVC. */
const alphaTypes = /:auxiliary:alpha\0|:auxid:1\0/

/** Returns the item of the transparency of an image. */
export function findAlpha({ byId, references }: Items, primary: Item): Item | undefined {
  return references
    .filter(({ type, to }) => type === 'auxl' && to.includes(primary.id))
    .map(({ from }) => byId.get(from))
    .find((item) =>
      item?.properties.some(
        ({ name, content }) => name === 'auxC' && alphaTypes.test(content.toString('latin1')),
      ),
    )
}
