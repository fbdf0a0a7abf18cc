import type { Radius, Rgba } from '@iaas/common/image'
import type { Pixels } from '../encoding/pixels.ts'
import { withAlpha } from './channels.ts'

/**
 * Rounds the corners of an image.
 *
 * @param behind colour of the corners; undefined makes them transparent
 */
export function roundCorners(image: Pixels, radius: Radius, behind: Rgba | undefined): Pixels {
  const pixels =
    behind === undefined ? withAlpha(image) : { ...image, data: Buffer.from(image.data) }
  const { width, height } = pixels
  const most = Math.min(width, height) / 2
  const reach = radius === 'max' ? most : Math.min(radius, most)
  for (let y = 0; y < Math.ceil(reach); y += 1) {
    for (let x = 0; x < Math.ceil(reach); x += 1) {
      const share = coverage(reach - x - 0.5, reach - y - 0.5, reach)
      if (share === 1) continue
      for (const row of new Set([y, height - 1 - y])) {
        for (const column of new Set([x, width - 1 - x])) {
          fade(pixels, (row * width + column) * pixels.channels, share, behind)
        }
      }
    }
  }
  return pixels
}

/** Returns the share of a pixel that lies within the circle. */
function coverage(x: number, y: number, radius: number): number {
  return Math.min(1, Math.max(0, radius - Math.hypot(x, y) + 0.5))
}

function fade(
  { data, channels }: Pixels,
  at: number,
  share: number,
  behind: Rgba | undefined,
): void {
  if (behind === undefined) {
    const alpha = at + channels - 1
    data[alpha] = Math.round((data[alpha] ?? 0) * share)
    return
  }
  for (let channel = 0; channel < Math.min(channels, 3); channel += 1) {
    const colour = behind[channels < 3 ? 0 : channel] ?? 0
    data[at + channel] = Math.round((data[at + channel] ?? 0) * share + colour * (1 - share))
  }
}
