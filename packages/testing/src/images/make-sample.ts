import type { OriginalFormat } from '@iaas/common/image'
import { jxlFiles } from './jxl-files.ts'
import { makeHeic } from './make-heic.ts'
import { strangers } from './strangers.ts'
import { makePhoto } from './make-photo.ts'

/** Creates a small image of any format. */
export async function makeSample(format: OriginalFormat): Promise<Buffer> {
  if (format === 'heic') return makeHeic()
  if (format === 'svg') return Buffer.from(strangers['an SVG'])
  if (format === 'jxl') return jxlFiles.lossless
  return makePhoto({ width: 20, height: 10, format: format === 'jpg' ? 'jpeg' : format })
}
