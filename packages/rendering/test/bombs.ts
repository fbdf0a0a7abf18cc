import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RenderFileTask } from '@iaas/common/ports/decoder'
import { makePhoto } from '@iaas/testing/images/make-photo'
import { makeScanBomb } from '@iaas/testing/images/scan-bomb'
import { makeVariant } from '@iaas/testing/variants'

/** A JPEG that keeps its decoder busy for many seconds, in some hundred kilobytes; its estimated cost is 141 MB. */
export const slowImage = makeScanBomb(5000, 5000, 4000)

/** The same, but done in a moment. */
export const costlyImage = makeScanBomb(5000, 5000, 2)

const bounds = { width: 2000, height: 2000 }

/** Puts an image at `path`, and gives a job to render it. */
export async function makeJob(path: string, image: Uint8Array): Promise<RenderFileTask> {
  await writeFile(path, image)
  return { path, variant: makeVariant({ width: 20, height: 20 }), bounds }
}

/** A job that keeps its child busy, and one that is done in a moment, of images in `folder`. */
export async function makeSlowAndQuick(folder: string) {
  const photo = await makePhoto({ width: 60, height: 40, format: 'jpeg' })
  return {
    slow: await makeJob(join(folder, 'slow'), slowImage),
    quick: await makeJob(join(folder, 'quick'), photo),
  }
}
