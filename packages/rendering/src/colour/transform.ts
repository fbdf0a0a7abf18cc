import type { ColourTag } from './colour-tag.ts'
import { createToneCurve, mapTones } from './high-dynamic-range.ts'
import { type Matrix, type Vector, apply, between } from './matrix.ts'
import { type Primaries, bt2020 } from './primaries.ts'
import type { Transfer } from './transfers.ts'

/** Conversion of coded values to linear RGB of other primaries, which may be out of gamut. */
export type Transform = {
  /** Applies to each channel separately. */
  readonly toLinear: Transfer
  /** Applies to the three channels together; linear for standard dynamic range. */
  readonly mix: Matrix | ((linear: Vector) => Vector)
}

/** @returns undefined if the primaries do not span colours */
export function createTransform(
  { primaries, transfer }: ColourTag,
  target: Primaries,
): Transform | undefined {
  const matrix = between(primaries, transfer.kind === 'high' ? bt2020 : target)
  if (matrix === undefined) return undefined
  if (transfer.kind === 'standard') return { toLinear: transfer.toLight, mix: matrix }
  const { toLinear, toScreen } = transfer.range
  const toneCurve = createToneCurve(transfer.peakNits)
  const fromBt2020 = between(bt2020, target) as Matrix
  return {
    toLinear,
    mix: (linear) => {
      const [red, green, blue] = apply(matrix, linear)
      const visible: Vector = [Math.max(0, red), Math.max(0, green), Math.max(0, blue)]
      return apply(fromBt2020, mapTones(toScreen(visible), toneCurve))
    },
  }
}
