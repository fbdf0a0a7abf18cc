import type { Variant } from '@iaas/common/image'
import type { Matrix3x3 } from 'sharp'
import { type Operation, ranks } from './operation.ts'

type Colouring = Pick<
  Variant,
  'brightness' | 'contrast' | 'saturation' | 'hue' | 'grayscale' | 'negate'
>

/** Share of each channel in the brightness: Filter Effects Module Level 1, "grayscale". */
const luma = [0.2126, 0.7152, 0.0722] as const
const middleGrey = 127.5
/** libvips cuts fractions off. */
const rounding = 0.5

/** Changes colours as the CSS filters of the same names do. @param isGrey the image has no colours */
export function colourOperations(variant: Colouring, isGrey: boolean): readonly Operation[] {
  const { brightness, contrast, saturation, hue, grayscale, negate } = variant
  const operations: Operation[] = []
  const isRecoloured = saturation !== 1 || hue !== 0 || grayscale
  if (isRecoloured && !isGrey) {
    const matrix = grayscale ? saturate(0) : multiply(rotateHue(hue), saturate(saturation))
    operations.push({ rank: ranks.recomb, apply: (image) => image.recomb(matrix) })
  }
  if (brightness !== 1 || contrast !== 1) {
    const [factor, offset] = [brightness * contrast, middleGrey * (1 - contrast) + rounding]
    operations.push({ rank: ranks.linear, apply: (image) => image.linear(factor, offset) })
  }
  if (negate)
    operations.push({ rank: ranks.negate, apply: (image) => image.negate({ alpha: false }) })
  return operations
}

/** Returns a matrix between greys of the same brightness (0) and the colours as they are (1). */
function saturate(share: number): Matrix3x3 {
  return fromRows((row, column) => (1 - share) * luma[column] + (row === column ? share : 0))
}

/** The part of a rotation that the sine weights: Filter Effects Module Level 1, "hue-rotate". */
const sines = [
  [-0.213, -0.715, 0.928],
  [0.143, 0.14, -0.283],
  [-0.787, 0.715, 0.072],
] as const

function rotateHue(degrees: number): Matrix3x3 {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return fromRows(
    (row, column) =>
      (1 - cos) * luma[column] + (row === column ? cos : 0) + sin * sines[row][column],
  )
}

function multiply(one: Matrix3x3, other: Matrix3x3): Matrix3x3 {
  return fromRows((row, column) =>
    indexes.reduce<number>((sum, at) => sum + one[row][at] * other[at][column], 0),
  )
}

type Index = 0 | 1 | 2
const indexes = [0, 1, 2] as const

function fromRows(valueAt: (row: Index, column: Index) => number): Matrix3x3 {
  const rowOf = (row: Index) => [valueAt(row, 0), valueAt(row, 1), valueAt(row, 2)] as const
  const [first, second, third] = [rowOf(0), rowOf(1), rowOf(2)]
  return [[...first], [...second], [...third]]
}
