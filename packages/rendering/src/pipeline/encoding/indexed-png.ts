import { smallestOf } from './candidates.ts'
import type { Indexed } from './find-colours.ts'
import { openPixels } from './pixels.ts'
import { pngSignature } from '../../formats/png/chunks.ts'
import { makeChunk, takeChunks } from '../../formats/png/write-chunks.ts'

type Depth = 1 | 2 | 4 | 8
const depths = [1, 2, 4, 8] as const
const colourTypes = { grey: 0, palette: 3 } as const

/**
 * Writes few colours as a PNG with as few bits per pixel as they need: grey if all of them are grey levels of that
 * depth, otherwise a palette. PNG (third edition), chapter 11.
 *
 * sharp writes palettes only through a quantizer that may change the colours.
 */
export async function encodeIndexedPng({
  palette,
  indexes,
  width,
  height,
}: Indexed): Promise<Buffer> {
  const depth = depths.find((bits) => palette.length <= 2 ** bits) ?? 8
  const greyDepth = findGreyDepth(palette)
  const isGrey = greyDepth !== undefined && greyDepth <= depth
  const { order, opaqueFrom } = sortByAlpha(palette)
  const bits = isGrey ? greyDepth : depth
  const values = isGrey
    ? palette.map((colour) => Math.floor((colour & 255) / (255 / (2 ** bits - 1))))
    : palette.map((_, index) => order.indexOf(index))
  const colours = order.map((index) => palette[index] ?? 0)
  return Buffer.concat([
    pngSignature,
    makeChunk('IHDR', makeHeader(width, height, bits, isGrey ? 'grey' : 'palette')),
    ...(isGrey ? [] : makePalette(colours, opaqueFrom)),
    ...(await compressRows(packRows(indexes, width, height, bits, values), height)),
    makeChunk('IEND', Buffer.alloc(0)),
  ])
}

/** Returns the fewest bits that hold all colours as grey levels; undefined if one has a hue or is not opaque. */
function findGreyDepth(palette: readonly number[]): Depth | undefined {
  const isGrey = palette.every((colour) => {
    const level = colour & 255
    return colour === (level * 0x01_01_01 + 0xff_00_00_00) >>> 0
  })
  if (!isGrey) return undefined
  return depths.find((bits) =>
    palette.every((colour) => (colour & 255) % (255 / (2 ** bits - 1)) === 0),
  )
}

/** Sorts transparent colours first, because the chunk of alphas ends with the last of them. */
function sortByAlpha(palette: readonly number[]) {
  const all = [...palette.keys()]
  const isOpaque = (index: number) => (palette[index] ?? 0) >>> 24 === 255
  const transparent = all.filter((index) => !isOpaque(index))
  return {
    order: [...transparent, ...all.filter(isOpaque)],
    opaqueFrom: transparent.length,
  }
}

function makeHeader(width: number, height: number, bits: Depth, type: keyof typeof colourTypes) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = bits
  header[9] = colourTypes[type]
  return header
}

function makePalette(colours: readonly number[], opaqueFrom: number): readonly Buffer[] {
  const rgb = Buffer.from(
    colours.flatMap((colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255]),
  )
  const alphas = Buffer.from(colours.slice(0, opaqueFrom).map((colour) => colour >>> 24))
  return [makeChunk('PLTE', rgb), ...(opaqueFrom === 0 ? [] : [makeChunk('tRNS', alphas)])]
}

/** Packs rows without filters; pixels start at the highest bits. */
function packRows(
  indexes: Uint8Array,
  width: number,
  height: number,
  bits: Depth,
  values: readonly number[],
): Buffer {
  const rowBytes = Math.ceil((width * bits) / 8)
  const rows = Buffer.alloc(rowBytes * height)
  const table = Uint8Array.from(values)
  const perByte = 8 / bits
  for (let y = 0; y < height; y += 1) {
    const start = y * rowBytes
    for (let x = 0; x < width; x += 1) {
      const value = table[indexes[y * width + x] ?? 0] ?? 0
      const at = start + Math.floor(x / perByte)
      rows[at] = (rows[at] ?? 0) | (value << (8 - bits * ((x % perByte) + 1)))
    }
  }
  return rows
}

/**
 * Returns the IDAT chunks of packed rows. To filters and compression, rows of indexes are rows of grey bytes, so sharp
 * can write them: its zlib makes them a tenth smaller than Node's.
 */
async function compressRows(rows: Buffer, height: number): Promise<readonly Buffer[]> {
  const width = rows.length / height
  const write = (adaptiveFiltering: boolean) =>
    openPixels({ data: rows, width, height, channels: 1 })
      .png({ compressionLevel: 9, adaptiveFiltering })
      .toBuffer()
  return takeChunks(smallestOf([await write(false), await write(true)]), new Set(['IDAT']))
}
