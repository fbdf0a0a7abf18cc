import type { Region, Size } from '@iaas/common/image'
import { type Orientation, rotations } from '../orientation.ts'
import type { Box } from './boxes.ts'

/** Turns the stored image of an item into the displayed one: a crop, then an orientation. */
export type Transforms = { readonly crop: Region | undefined; readonly orientation: Orientation }

/** Properties that transform an image: ISO/IEC 23008-12, 6.5.9, 6.5.10 and 6.5.12. */
export const transformNames: ReadonlySet<string> = new Set(['clap', 'irot', 'imir'])

/**
 * Reads the transforms of an image in the order in which they are declared.
 *
 * @returns undefined for a crop outside the image, or after a rotation, where decoders do not agree
 */
export function readTransforms(properties: readonly Box[], size: Size): Transforms | undefined {
  let crop: Region | undefined
  let isTurned = false
  let matrix: Matrix = identity
  for (const { name, content } of properties) {
    if (name === 'clap') {
      if (crop !== undefined || isTurned) return undefined
      crop = readCrop(content, size)
      if (crop === undefined) return undefined
    }
    const step = name === 'irot' ? readRotation(content) : readMirror(name, content)
    if (step === undefined) continue
    isTurned = true
    matrix = multiply(step, matrix)
  }
  return { crop, orientation: orientationOf(matrix) }
}

/** Reads a clean aperture: width, height and offset of the centre, each a fraction. ISO/IEC 14496-12, 12.1.4. */
function readCrop(clap: Buffer, { width, height }: Size): Region | undefined {
  if (clap.length < 32) return undefined
  const fraction = (at: number) => clap.readInt32BE(at) / clap.readInt32BE(at + 4)
  const [across, down] = [Math.round(fraction(0)), Math.round(fraction(8))]
  const left = Math.round((width - across) / 2 + fraction(16))
  const top = Math.round((height - down) / 2 + fraction(24))
  const isInside = left >= 0 && top >= 0 && left + across <= width && top + down <= height
  return across > 0 && down > 0 && isInside ? { left, top, width: across, height: down } : undefined
}

/** Rows of a matrix that maps the axes of one image to those of another, x to the right and y downwards. */
type Matrix = readonly [number, number, number, number]
const identity: Matrix = [1, 0, 0, 1]
const upsideDown: Matrix = [1, 0, 0, -1]
const leftToRight: Matrix = [-1, 0, 0, 1]
const clockwise: Matrix = [0, -1, 1, 0]

function multiply([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix {
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h]
}

/** Reads a rotation in steps of 90 degrees against the clock. */
function readRotation([angle = 0]: Buffer): Matrix {
  return turn(identity, (4 - (angle & 3)) % 4)
}

function turn(matrix: Matrix, times: number): Matrix {
  return times === 0 ? matrix : turn(multiply(clockwise, matrix), times - 1)
}

function readMirror(name: string, [axis = 0]: Buffer): Matrix | undefined {
  if (name !== 'imir') return undefined
  return (axis & 1) === 0 ? upsideDown : leftToRight
}

function orientationOf(matrix: Matrix): Orientation {
  const found = Object.entries(rotations).find(([, rotation]) => {
    const mirrored = multiply(
      rotation.leftToRight ? leftToRight : identity,
      rotation.upsideDown ? upsideDown : identity,
    )
    return turn(mirrored, rotation.degrees / 90).every((each, index) => each === matrix[index])
  })
  return Number(found?.[0] ?? 1) as Orientation
}
