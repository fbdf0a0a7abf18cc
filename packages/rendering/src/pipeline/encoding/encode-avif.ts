import type { Size } from '@iaas/common/image'
import sharp, { type Sharp } from 'sharp'
import { toEncoderQuality } from '../../formats/avif/quality-scale.ts'
import { wrapPixels } from '../../formats/tiff/wrap-pixels.ts'
import type { Encoding } from './encoding.ts'
import { readPixels } from './pixels.ts'

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
  attachments: { xmp, icc },
}: Encoding): Promise<Buffer> {
  const drawn =
    icc === undefined ? (await draw()).toColourspace('srgb') : await wrap(await draw(), icc)
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

/** Gives the pixels a profile, which sharp takes from a file only. */
async function wrap(image: Sharp, icc: Buffer): Promise<Sharp> {
  const { data, channels, ...size } = await readPixels(image, false)
  const wrapped = wrapPixels(size, channels === 4 ? 4 : 3, icc)
  wrapped.pixels.set(data)
  return sharp(wrapped.file, { limitInputPixels: false }).keepIccProfile()
}

/** Returns the configured effort, or less for a large image. */
export function effortFor({ width, height }: Size, effort: number): number {
  const [, highest = 0] = highestEfforts.find(([pixels]) => width * height >= pixels) ?? []
  return Math.min(effort, highest)
}
