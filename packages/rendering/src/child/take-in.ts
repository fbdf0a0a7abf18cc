import { open } from 'node:fs/promises'
import { AppError } from '@iaas/common/errors'
import type { OriginalFormat, Region, Size } from '@iaas/common/image'
import type { Intake, IntakeJob } from '@iaas/common/ports/renderer'
import type { Sharp } from 'sharp'
import { countJpegScans } from '../jpeg/read-jpeg.ts'
import type { SourceFacts } from './inspect.ts'
import { originalQuality } from './render.ts'
import { openImage } from './sharp.ts'

/** A progressive JPEG needs some ten; each further one costs a pass over the whole picture. */
const maxScans = 100

/**
 * What is to become of an upload, by its header alone.
 *
 * @throws AppError IMAGE_TOO_COSTLY, INVALID_CROP
 */
export async function planIntake(
  { path, crop }: IntakeJob,
  source: SourceFacts,
  maxOnDiskPixels: number,
): Promise<Size> {
  if (source.format === 'jpeg') {
    const { scans } = await countJpegScans(path, maxScans)
    if (scans > maxScans) {
      throw new AppError('IMAGE_TOO_COSTLY', `A JPEG may have at most ${maxScans} scans.`)
    }
  }
  if (crop !== undefined) checkCrop(crop, source.size)
  return shrinkTo(crop ?? source.size, maxOnDiskPixels)
}

/** Decodes all of an upload, and writes it anew where the original to keep is not the upload itself. */
export async function takeInFile(
  { path, outputPath, crop }: IntakeJob,
  source: SourceFacts,
  kept: Size,
  maxPixels: number,
): Promise<Intake> {
  const { format } = source
  const isWhole = crop === undefined && kept.width === source.size.width
  if (isWhole) {
    await decodeAll(path, maxPixels)
    return { reencoded: false, format, size: source.size }
  }
  const image = openImage(path, maxPixels).keepIccProfile()
  const region = crop === undefined ? image : image.extract(crop)
  const scaled = region.resize({ ...kept, fit: 'fill' })
  await encodeOriginal(scaled, format, await originalQuality(path, source)).toFile(outputPath)
  await syncFile(outputPath)
  return { reencoded: true, format, size: kept }
}

/** Every pixel is decoded on its way to a small picture: what is cut short or corrupt fails. */
async function decodeAll(path: string, maxPixels: number): Promise<void> {
  await openImage(path, maxPixels).resize({ width: 32, height: 32, fit: 'fill' }).raw().toBuffer()
}

function checkCrop({ left, top, width, height }: Region, size: Size): void {
  if (left + width <= size.width && top + height <= size.height) return
  throw new AppError(
    'INVALID_CROP',
    `The crop region reaches outside the image, which has ${size.width} x ${size.height} pixels.`,
  )
}

function shrinkTo({ width, height }: Size, maxPixels: number): Size {
  if (width * height <= maxPixels) return { width, height }
  const factor = Math.sqrt(maxPixels / (width * height))
  return {
    width: Math.max(1, Math.floor(width * factor)),
    height: Math.max(1, Math.floor(height * factor)),
  }
}

/** In the format that it came in: baseline and not interlaced, since those are cheap to decode later. */
function encodeOriginal(image: Sharp, format: OriginalFormat, quality: number): Sharp {
  switch (format) {
    case 'jpeg':
      return image.jpeg({ quality, chromaSubsampling: quality >= 90 ? '4:4:4' : '4:2:0' })
    case 'png':
      return image.png()
    case 'webp':
      return image.webp({ quality })
    case 'gif':
      return image.gif()
    case 'avif':
      return image.avif({ quality: 80, effort: 2 })
    case 'tiff':
      return image.tiff({ compression: 'lzw' })
  }
}

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r')
  await file.sync()
}
