import type { Sharp } from 'sharp'
import type { GifScreen } from './screen.ts'

const transparent = { r: 0, g: 0, b: 0, alpha: 0 } as const

/** Returns true if the frames of a GIF leave a part of its screen uncovered. */
export function isUncovered({ size, covered }: GifScreen): boolean {
  return covered.width < size.width || covered.height < size.height
}

/**
 * Makes the area that the frames of a GIF leave uncovered transparent, as browsers do. libvips leaves it black
 * unless some frame has a transparent colour, and omits it if the screen has the size of a common monitor.
 */
export function uncoverScreen(image: Sharp, { size, covered }: GifScreen): Sharp {
  const { left, top, width, height } = covered
  const right = size.width - left - width
  const bottom = size.height - top - height
  return image.extract(covered).extend({ left, top, right, bottom, background: transparent })
}
