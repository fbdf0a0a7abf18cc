import { syncFile } from '@iaas/common/disk/write-durably'
import type { CopyJob, CopyOutcome } from '@iaas/common/ports/renderer'
import type { Sharp } from 'sharp'
import { rotate } from '../steps/rotate.ts'
import { type SourceFacts } from './source-facts.ts'
import { originalQuality } from './render.ts'
import { openForDisplay } from './sharp.ts'

/** Higher than of any photo that people upload, so that what is lost here is not seen. */
const copyQuality = 95

/** Writes a picture anew in its full size, upright, in sRGB, and in the form that is cheapest to decode. */
export async function copyFile(
  { path, outputPath }: CopyJob,
  source: SourceFacts,
  maxPixels: number,
): Promise<CopyOutcome> {
  const upright = rotate(await openForDisplay(path, maxPixels, source), source)
  await encodeCopy(upright.toColourspace('srgb'), source).toFile(outputPath)
  await syncFile(outputPath)
  return { kind: 'copied', quality: originalQuality(path, source) }
}

/** What was lossless stays so; of a JPEG, colours that were halved once lose nothing when they are halved again. */
function encodeCopy(image: Sharp, source: SourceFacts): Sharp {
  const { format, hasAlpha, hasHalvedColours } = source
  const isLossy = format === 'jpg' || format === 'avif'
  if (!isLossy || hasAlpha) return image.png({ compressionLevel: 3 })
  return image.jpeg({
    quality: copyQuality,
    chromaSubsampling: hasHalvedColours ? '4:2:0' : '4:4:4',
  })
}
