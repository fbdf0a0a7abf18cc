import type { Format, Size } from '@iaas/common/image'
import sharp from 'sharp'
import type { Animation } from '../../formats/source-facts.ts'
import type { EncoderOptions } from '../steps/step.ts'

/** Frames of one size, RGBA, one below the other. */
export type Frames = {
  readonly data: Buffer
  readonly size: Size
  readonly animation: Pick<Animation, 'frames' | 'delays' | 'loop'>
}

/** Highest efforts for animations: more makes them little smaller in twice to four times the processor time. */
const highestEffort = { webp: 2, gif: 3 } as const

/** Processor time of encoding with these efforts, ms per megapixel of all frames, as measured (rounded up). */
export const encodeMsPerMegapixel: Readonly<Record<'gif' | 'webp', number>> = { gif: 350, webp: 60 }

/** Writes an animated GIF or WebP. */
export function encodeAnimation(
  { data, size, animation }: Frames,
  format: Format,
  quality: number,
  { webpEffort, gifEffort }: EncoderOptions,
): Promise<Buffer> {
  const { width, height } = size
  const { frames, delays, loop } = animation
  const image = sharp(data, {
    raw: { width, height: height * frames, channels: 4, pageHeight: height },
    limitInputPixels: false,
  })
  const timing = { loop, delay: Array.from({ length: frames }, (_, at) => delays[at] ?? 100) }
  return format === 'webp'
    ? image
        .webp({ ...timing, quality, effort: Math.min(webpEffort, highestEffort.webp) })
        .toBuffer()
    : image.gif({ ...timing, effort: Math.min(gifEffort, highestEffort.gif) }).toBuffer()
}
