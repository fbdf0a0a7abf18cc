import { AppError } from '@iaas/common/errors'
import type { PlacedWatermark, Size } from '@iaas/common/image'
import sharp, { type Metadata, type Sharp } from 'sharp'
import {
  isOverlay,
  mostOverlayPixels,
  overlayDigest,
  overlayFormats,
} from '../../watermarks/overlays.ts'
import { type Pixels, openPixels, readPixels } from '../encoding/pixels.ts'
import { fade } from './channels.ts'
import { type Layer, place } from './layer.ts'

/** Bytes per pixel of decoding the image of a watermark, and of drawing it. */
const bytesPerPixel = { decoded: 12, drawn: 12 } as const

/** The image of a watermark, of which only the header is read. */
export type Overlay = { readonly bytes: Uint8Array; readonly pixels: number }

/**
 * Opens the image of a watermark.
 *
 * @throws AppError RENDER_FAILED if there is none, if it is another one than the variant names, or if it is no image
 */
export async function openOverlay(
  { overlay }: PlacedWatermark,
  bytes: Uint8Array | undefined,
): Promise<Overlay> {
  if (bytes === undefined || overlayDigest(bytes) !== overlay) {
    throw failed('The image of the watermark is not the one that was asked for.')
  }
  if (!isOverlay(bytes)) {
    throw failed(`The image of the watermark is none of ${overlayFormats.join(', ')}.`)
  }
  const { width, height } = await attempt<Metadata>(openBytes(bytes).metadata())
  return { bytes, pixels: width * height }
}

/** Estimates the memory of a watermark on a rendition, bytes. */
export function estimateOverlay({ pixels }: Overlay, { width, height }: Size): number {
  return pixels * bytesPerPixel.decoded + width * height * bytesPerPixel.drawn
}

/** Draws a watermark for a rendition of this size. @throws AppError RENDER_FAILED if it cannot be decoded */
export async function drawOverlay(
  { bytes }: Overlay,
  watermark: PlacedWatermark,
  size: Size,
): Promise<Layer> {
  const { gravity, scale, margin, opacity, repeat } = watermark
  const fit = {
    width: fitSide(size.width, scale, margin),
    height: fitSide(size.height, scale, margin),
  }
  const opened = openBytes(bytes)
    .autoOrient()
    .resize({ ...fit, fit: 'inside' })
    .ensureAlpha()
  const pixels = await attempt(readPixels(opened, false))
  fade(pixels, opacity)
  if (repeat)
    return { pixels: await spaceOut(pixels, margin, size), left: 0, top: 0, isTiled: true }
  return {
    pixels,
    left: place(size.width, pixels.width, margin, gravity.x),
    top: place(size.height, pixels.height, margin, gravity.y),
    isTiled: false,
  }
}

function openBytes(bytes: Uint8Array): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: mostOverlayPixels, pages: 1 })
}

function fitSide(side: number, scale: number, margin: number): number {
  return Math.max(1, Math.min(Math.round(side * scale), side - 2 * margin))
}

/** Adds the margin to the left of the image and above it, so that repetitions have it between them. */
async function spaceOut(pixels: Pixels, margin: number, size: Size): Promise<Pixels> {
  const left = Math.min(margin, size.width - pixels.width)
  const top = Math.min(margin, size.height - pixels.height)
  if (left === 0 && top === 0) return pixels
  const background = { r: 0, g: 0, b: 0, alpha: 0 }
  return readPixels(openPixels(pixels).extend({ left, top, background }), false)
}

async function attempt<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (cause) {
    throw new AppError('RENDER_FAILED', 'The image of the watermark cannot be decoded.', { cause })
  }
}

function failed(message: string): AppError {
  return new AppError('RENDER_FAILED', message)
}
