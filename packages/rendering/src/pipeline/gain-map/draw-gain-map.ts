import type { Sharp } from 'sharp'
import { bytesOf } from '../../formats/bytes.ts'
import { readImageIndex } from '../../formats/jpeg/later-images.ts'
import { markers } from '../../formats/jpeg/segments.ts'
import { type GainMapSharp, withGainMap } from '../../formats/sharp.ts'
import { attachToJpeg } from '../encoding/attachments/attach-jpeg.ts'
import type { Attachments } from '../encoding/attachments/attachments.ts'
import { placeView } from '../place-view.ts'
import { crop } from '../steps/crop.ts'
import { preCrop } from '../steps/pre-crop.ts'
import { resize } from '../steps/resize.ts'
import type { Drawn } from './plan-gain-map.ts'

const steps = [preCrop, resize, crop] as const

export type GainMapOptions = Drawn & {
  readonly maxPixels: number
  readonly quality: number
  /** With a profile the colours stay those of the original; without one they become sRGB. */
  readonly attachments: Attachments
}

/**
 * Renders a JPEG with its gain map, which is scaled and cropped like the image.
 *
 * @returns undefined if the decoder finds no gain map that it can keep
 */
export async function drawWithGainMap(options: GainMapOptions): Promise<Buffer | undefined> {
  const { path, source, variant, view, plan, maxPixels, quality, attachments } = options
  const place = placeView(source, view, variant)
  const context = { ...place, plan, format: source.format, variant, blurSigma: 0 }
  const draw = (opened: GainMapSharp) => {
    const kept = opened.keepGainMap()
    const coloured = attachments.icc === undefined ? kept : kept.keepIccProfile()
    const image = steps.reduce<Sharp>((made, step) => step(made, context), coloured)
    return image.jpeg({ quality }).toBuffer()
  }
  const file = await withGainMap(path, maxPixels, draw).catch(() => undefined)
  const hasMap = file !== undefined && readImageIndex(bytesOf(file)) !== undefined
  return hasMap ? finish(file, attachments) : undefined
}

/** Replaces the EXIF that the encoder writes, and corrects the size of the first image in the index of both. */
function finish(file: Buffer, { exif, xmp }: Attachments): Buffer {
  const bare = withoutExif(file)
  const finished = attachToJpeg(bare, { exif, xmp })
  const index = readImageIndex(bytesOf(finished))
  if (index === undefined) return file
  const { firstSizeAt, isLittle } = index
  const size = isLittle ? finished.readUInt32LE(firstSizeAt) : finished.readUInt32BE(firstSizeAt)
  const changed = size + finished.length - file.length
  if (isLittle) finished.writeUInt32LE(changed, firstSizeAt)
  else finished.writeUInt32BE(changed, firstSizeAt)
  return finished
}

function withoutExif(file: Buffer): Buffer {
  const isExif = file[2] === 0xff && file[3] === markers.exif
  return isExif
    ? Buffer.concat([file.subarray(0, 2), file.subarray(4 + file.readUInt16BE(4))])
    : file
}
