import type { Sharp } from 'sharp'
import type { GifScreen } from './screen.ts'

const transparent = { r: 0, g: 0, b: 0, alpha: 0 } as const

/** Returns true if the first frame of a GIF leaves a part of its screen uncovered. */
export function isUncovered({ size, frame }: GifScreen): boolean {
  return frame.width < size.width || frame.height < size.height
}

/**
 * Makes the area that the first frame of a GIF leaves uncovered transparent, as browsers do. libvips leaves it black
 * unless some frame has a transparent colour, and omits it if the screen has the size of a common monitor.
 */
export function uncoverScreen(image: Sharp, { size, frame }: GifScreen): Sharp {
  const { left, top, width, height } = frame
  const right = size.width - left - width
  const bottom = size.height - top - height
  return image.extract(frame).extend({ left, top, right, bottom, background: transparent })
}
