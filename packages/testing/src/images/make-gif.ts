/** A part of a GIF's screen, filled with the palette's colours in order, or with one of them. */
export type GifFrame = {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Index into the palette; 0 unless given. */
  readonly colour?: number
}

export type GifOptions = {
  readonly width: number
  readonly height: number
  readonly frames: readonly GifFrame[]
  /** Red, green, blue; up to 256 entries. */
  readonly palette: readonly (readonly [number, number, number])[]
}

/** Creates an uncompressed GIF: every code is one pixel, and the table is cleared before it grows. */
export function makeGif({ width, height, frames, palette }: GifOptions): Buffer {
  const colours = Buffer.alloc(3 * 256)
  for (const [index, colour] of palette.entries()) colours.set(colour, 3 * index)
  const screen = Buffer.alloc(13)
  screen.write('GIF89a', 'latin1')
  screen.writeUInt16LE(width, 6)
  screen.writeUInt16LE(height, 8)
  screen.writeUInt8(0xf7, 10)
  return Buffer.concat([screen, colours, ...frames.map(makeFrame), Buffer.from([0x3b])])
}

function makeFrame({ left, top, width, height, colour = 0 }: GifFrame): Buffer {
  const descriptor = Buffer.alloc(10)
  descriptor.writeUInt8(0x2c)
  for (const [index, value] of [left, top, width, height].entries()) {
    descriptor.writeUInt16LE(value, 1 + 2 * index)
  }
  const data = packCodes(width * height, colour)
  const blocks: Buffer[] = []
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255)
    blocks.push(Buffer.from([block.length]), block)
  }
  return Buffer.concat([descriptor, Buffer.from([8]), ...blocks, Buffer.from([0])])
}

/** Packs codes of nine bits: 256 clears, 257 ends. */
function packCodes(pixels: number, colour: number): Buffer {
  const codes: number[] = []
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    if (pixel % 200 === 0) codes.push(256)
    codes.push(colour)
  }
  codes.push(257)
  const bytes = Buffer.alloc(Math.ceil((codes.length * 9) / 8))
  for (const [index, code] of codes.entries()) {
    const bit = index * 9
    const at = bit >> 3
    const shifted = code << (bit & 7)
    bytes[at] = (bytes[at] ?? 0) | (shifted & 255)
    if (at + 1 < bytes.length) bytes[at + 1] = (bytes[at + 1] ?? 0) | (shifted >> 8)
  }
  return bytes
}
