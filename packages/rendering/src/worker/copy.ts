import { syncFile } from '@iaas/common/disk/write-durably'
import type { CopyFileTask } from '@iaas/common/ports/decoder'
import type { CopyOutcome } from '@iaas/common/ports/renderer'
import type { Sharp } from 'sharp'
import { rotate } from '../pipeline/steps/rotate.ts'
import { type SourceFacts } from '../formats/source-facts.ts'
import { readCopyright } from '../formats/copyright/read-copyright.ts'
import { makeCopyrightXmp } from '../formats/copyright/write-copyright.ts'
import { readMetadata } from '../formats/read-metadata.ts'
import { readQuality } from '../formats/readers.ts'
import { openForDisplay } from '../formats/sharp.ts'

/** Higher than that of any photo people upload, so that the loss is invisible. */
const copyQuality = 95

/**
 * Writes an upright copy of an image in full size, in sRGB, and in the format that is cheapest to decode. The copy carries
 * the copyright of the original for the renditions that do.
 */
export async function copyFile(
  { path, outputPath }: CopyFileTask,
  source: SourceFacts,
  maxPixels: number,
): Promise<CopyOutcome> {
  const upright = rotate(await openForDisplay(path, maxPixels, source), source)
  const copyright = readCopyright(await readMetadata(path, source.format))
  const copy = encodeCopy(upright.toColourspace('srgb'), source)
  await (copyright ? copy.withXmp(makeCopyrightXmp(copyright)) : copy).toFile(outputPath)
  await syncFile(outputPath)
  return { kind: 'copied', quality: readQuality(path, source.format) }
}

/**
 * Chooses the encoding. A lossless image stays lossless. Chroma of a JPEG that is already subsampled loses nothing when
 * subsampled again.
 */
function encodeCopy(image: Sharp, source: SourceFacts): Sharp {
  const { isLossless, hasAlpha, hasHalvedColours } = source
  if (isLossless || hasAlpha) return image.png({ compressionLevel: 3 })
  return image.jpeg({
    quality: copyQuality,
    chromaSubsampling: hasHalvedColours ? '4:2:0' : '4:4:4',
  })
}
