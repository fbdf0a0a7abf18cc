import { type Amendment, decode } from '../amendment.ts'
import { readGifScreen } from './screen.ts'
import { isUncovered, uncoverScreen } from './uncover-screen.ts'

/** Shows the whole screen of a GIF whose first frame covers a part of it. */
export function amendGif(path: string): Amendment | undefined {
  const screen = readGifScreen(path)
  if (screen === undefined || !isUncovered(screen)) return undefined
  const { size } = screen
  return { size, hasAlpha: true, apply: (image) => decode(uncoverScreen(image, screen)) }
}
