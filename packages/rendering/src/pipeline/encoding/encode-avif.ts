import type { Size } from '@iaas/common/image'
import { toEncoderQuality } from '../../formats/avif/quality-scale.ts'
import type { Encoding } from './encoding.ts'

/** Efforts of large images, so that they meet the usual time limit of a render: number of pixels and highest effort. */
const highestEfforts: readonly (readonly [minPixels: number, effort: number])[] = [
  [24_000_000, 0],
  [12_000_000, 1],
  [6_000_000, 2],
  [0, 9],
]

/**
 * Writes AVIF with subsampled chroma. The quality is on the scale of JPEG, as in every format, so that a quality looks
 * alike in all of them.
 */
export async function encodeAvif({
  draw,
  size,
  quality,
  encoders,
  attachments: { xmp },
}: Encoding): Promise<Buffer> {
  const drawn = (await draw()).toColourspace('srgb')
  const image = xmp === undefined ? drawn : drawn.withXmp(xmp)
  return image
    .avif({
      quality: toEncoderQuality(quality),
      effort: effortFor(size, encoders.avifEffort),
      chromaSubsampling: '4:2:0',
      bitdepth: 8,
    })
    .toBuffer()
}

/** Returns the configured effort, or less for a large image. */
export function effortFor({ width, height }: Size, effort: number): number {
  const [, highest = 0] = highestEfforts.find(([pixels]) => width * height >= pixels) ?? []
  return Math.min(effort, highest)
}
