import { createHash } from 'node:crypto'
import sharp from 'sharp'

type Colour = readonly [red: number, green: number, blue: number]

/** What a lossy format may change of a colour. */
const tolerance = 12

/** A colour for each id, so that one image is not taken for another. */
export function colourOf(id: string): Colour {
  const [red = 0, green = 0, blue = 0] = createHash('sha256').update(id).digest()
  return [red, green, blue]
}

/** An image that is all of the colour of its id. */
export function drawImage(id: string, width: number, height: number): Promise<Buffer> {
  const [r, g, b] = colourOf(id)
  const create = { width, height, channels: 3, background: { r, g, b } } as const
  return sharp({ create }).jpeg().toBuffer()
}

export async function isOfColour(bytes: Uint8Array, colour: Colour): Promise<boolean> {
  const { channels } = await sharp(bytes).stats()
  return colour.every(
    (value, index) => Math.abs((channels[index]?.mean ?? -1000) - value) <= tolerance,
  )
}
