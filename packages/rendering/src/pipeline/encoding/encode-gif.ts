import type { Encoding } from './encoding.ts'

/** Writes GIF: at most 256 colours, and pixels that are either opaque or transparent. */
export async function encodeGif({ draw, encoders }: Encoding): Promise<Buffer> {
  return (await draw()).toColourspace('srgb').gif({ effort: encoders.gifEffort }).toBuffer()
}
