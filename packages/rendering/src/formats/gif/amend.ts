import type { Metadata } from 'sharp'
import { type Amendment, decode } from '../amendment.ts'
import { readGifScreen } from './screen.ts'
import { isUncovered, uncoverScreen } from './uncover-screen.ts'

/** Shows the whole screen of a GIF whose frames cover a part of it, up to the one that is shown. */
export function amendGif(
  path: string,
  decoded: Pick<Metadata, 'width' | 'height'>,
  frame: number,
): Amendment | undefined {
  const screen = readGifScreen(path, frame, decoded)
  if (screen === undefined || !isUncovered(screen)) return undefined
  const { size } = screen
  return { size, hasAlpha: true, apply: (image) => decode(uncoverScreen(image, screen)) }
}
