import { type Pixels, openPixels, readPixels } from '../encoding/pixels.ts'

/** An image that is drawn over a rendition. It lies within the rendition. */
export type Layer = {
  /** Four channels. */
  readonly pixels: Pixels
  readonly left: number
  readonly top: number
  /** Repeats the image from the first corner on; its place is not used. */
  readonly isTiled: boolean
}

/** Draws a layer. Keeps the channels of the image below, which has colours. */
export async function drawLayer(below: Pixels, { pixels, ...where }: Layer): Promise<Pixels> {
  const { data: input, width, height, channels } = pixels
  const raw = { width, height, channels }
  const { left, top } = where.isTiled ? { left: 0, top: 0 } : where
  const composed = openPixels(below).composite([{ input, raw, left, top, tile: where.isTiled }])
  const drawn = await readPixels(composed, false)
  if (below.channels === 4) return drawn
  return drawn.channels === 3 ? drawn : readPixels(openPixels(drawn).removeAlpha(), false)
}

/** Returns where a layer begins on a side. It is in the middle where the margins leave no room. */
export function place(side: number, length: number, margin: number, share: number): number {
  const edge = Math.min(margin, Math.floor((side - length) / 2))
  return edge + Math.round((side - 2 * edge - length) * share)
}
