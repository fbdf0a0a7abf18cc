import { syncFile } from '@iaas/common/disk/write-durably'
import { AppError } from '@iaas/common/errors'
import { type Region, type Size, isCopied } from '@iaas/common/image'
import type { IngestFileTask } from '@iaas/common/ports/decoder'
import type { Ingested } from '@iaas/common/ports/renderer'
import type { Sharp } from 'sharp'
import { readQuality, readers } from '../formats/readers.ts'
import { toStoredRegion, toStoredSize } from '../formats/orientation.ts'
import { isNeverKept } from '../pipeline/plan-animation.ts'
import { rotate } from '../pipeline/steps/rotate.ts'
import { type SourceFacts } from '../formats/source-facts.ts'
import type { WorkerSettings } from '../protocol.ts'
import { boundCpu } from './bound-cpu.ts'
import { hasLocation } from '../formats/exif/find-location.ts'
import { readMetadata } from '../formats/read-metadata.ts'
import { stripFile } from './strip-file.ts'
import { openImage } from '../formats/sharp.ts'

/**
 * Plans the ingest of an upload from its header.
 *
 * @returns the size to re-encode it in; undefined if it is kept unchanged
 * @throws AppError IMAGE_TOO_COSTLY, INVALID_CROP
 */
export function planIngest(
  { path, crop }: IngestFileTask,
  source: SourceFacts,
  maxOnDiskPixels: number,
): Size | undefined {
  readers[source.format].checkUpload?.(path)
  if (crop !== undefined) checkCrop(crop, source.size)
  const { width, height } = crop ?? source.size
  return crop !== undefined || width * height > maxOnDiskPixels
    ? shrinkTo({ width, height }, maxOnDiskPixels)
    : undefined
}

/** Decodes the whole upload, and re-encodes it if it cannot be kept unchanged. */
export async function ingestFile(
  task: IngestFileTask,
  source: SourceFacts,
  kept: Size | undefined,
  settings: WorkerSettings,
): Promise<Ingested> {
  const { maxInputPixels: maxPixels, decodeCpuMs } = settings
  const { path, outputPath, stripMetadata } = task
  const { format, size } = source
  // Renders of a format that is copied do not decode the upload.
  const cpuMs = isCopied(format) ? 0 : decodeCpuMs
  await boundCpu(cpuMs, () => decodeAll(path, source, maxPixels))
  if (kept !== undefined) return writeAnew(task, source, kept, maxPixels)
  const found = stripMetadata ? await stripFile(path, outputPath, source) : 'clean'
  // A container that only a decoder understands loses its metadata by re-encoding.
  if (found === 'opaque') return writeAnew(task, source, size, maxPixels)
  const facts = { format, size, ...(isNeverKept(source, settings) && { isTooLong: true }) }
  if (found === 'stripped') return { ...facts, reencoded: true }
  const isLocated = hasLocation(await readMetadata(path, format))
  return { ...facts, reencoded: false, ...(isLocated && { warnings: ['location'] as const }) }
}

async function writeAnew(
  { path, outputPath, crop }: IngestFileTask,
  source: SourceFacts,
  kept: Size,
  maxPixels: number,
): Promise<Ingested> {
  const { format } = source
  const image = reshape(await openImage(path, maxPixels, source), source, crop, kept)
  const quality = readQuality(path, format)
  await readers[format].encode(keepColours(image, source), source, quality).toFile(outputPath)
  readers[format].finish?.(outputPath)
  await syncFile(outputPath)
  return { reencoded: true, format: readers[format].encodesAs?.(source) ?? format, size: kept }
}

/**
 * Decodes every pixel while scaling to a small image, so that truncated or corrupt data fails, including data that
 * would be cropped away.
 */
async function decodeAll(path: string, source: SourceFacts, maxPixels: number): Promise<void> {
  const image = await openImage(path, maxPixels, source)
  await image.resize({ width: 32, height: 32, fit: 'fill' }).raw().toBuffer()
}

function reshape(image: Sharp, source: SourceFacts, crop: Region | undefined, kept: Size): Sharp {
  const { size, orientation } = source
  const region = crop === undefined ? image : image.extract(toStoredRegion(crop, size, orientation))
  const scaled = region.resize({ ...toStoredSize(kept, orientation), fit: 'fill' })
  return rotate(scaled, { orientation })
}

/** Keeps the colours and their profile if browsers support it; converts others to sRGB. */
function keepColours(image: Sharp, { format, colours, isDeep }: SourceFacts): Sharp {
  if (colours === 'other') return image
  const keepsDepth = isDeep && (format === 'png' || format === 'tiff')
  const spaces = keepsDepth ? { grey: 'grey16', rgb: 'rgb16' } : { grey: 'b-w', rgb: 'srgb' }
  return image.keepIccProfile().toColourspace(spaces[colours])
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
