import { readPixel } from '@iaas/testing/images/compare'
import { expect } from '@jest/globals'
import sharp from 'sharp'
import { renderImage } from '../render-image.ts'

export type Rgb = readonly [number, number, number]

export const dark: Rgb = [20, 20, 20]
export const grey: Rgb = [128, 128, 128]
export const brown: Rgb = [200, 100, 50]
export const patches = [dark, grey, brown]
export const patch = 8
export const bounds = { width: patches.length * patch, height: patch }

/** The colours of the patches of an image of any size. */
export async function coloursOf(image: Uint8Array): Promise<readonly Rgb[]> {
  const { width } = await sharp(image).metadata()
  const centre = (index: number) => Math.floor(((index + 0.5) * width) / patches.length)
  return Promise.all(patches.map((_, index) => readPixel(image, centre(index), 3)))
}

/** The colours of a variant of a file in its own size. */
export async function shownOf(
  path: string,
  format: 'png' | 'jpg' = 'png',
): Promise<readonly Rgb[]> {
  return coloursOf(await renderImage(path, { ...bounds, format, quality: 100 }))
}

export function expectNear(actual: readonly Rgb[], expected: readonly Rgb[], tolerance = 1): void {
  const differences = actual.flat().map((level, at) => Math.abs(level - (expected.flat()[at] ?? 0)))
  if (Math.max(...differences) > tolerance) expect(actual).toEqual(expected)
}

/** The three patches as Chromium 156 shows them. */
export const inChromium = {
  linear: [
    [79, 79, 79],
    [188, 188, 188],
    [229, 168, 122],
  ],
  p3: [dark, grey, [215, 93, 31]],
  gamma22: [
    [12, 12, 12],
    [129, 129, 129],
    [201, 100, 46],
  ],
  p3Gamma22: [
    [12, 12, 12],
    [129, 129, 129],
    [216, 93, 24],
  ],
  bt2020: [dark, grey, [241, 76, 29]],
  bt2020Video: [
    [7, 7, 7],
    [121, 121, 121],
    [239, 63, 5],
  ],
  film: [dark, grey, [222, 92, 32]],
  pq: [
    [1, 1, 1],
    [132, 132, 132],
    [255, 0, 0],
  ],
  pqOf400: [
    [2, 2, 2],
    [163, 163, 163],
    [255, 0, 0],
  ],
  hlg: [
    [5, 5, 5],
    [99, 99, 99],
    [230, 48, 17],
  ],
} as const satisfies Record<string, readonly Rgb[]>
