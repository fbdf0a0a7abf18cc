import type { Chromaticity, Primaries } from './primaries.ts'

export type Vector = readonly [number, number, number]
/** Three rows. */
export type Matrix = readonly [Vector, Vector, Vector]

/** White point that others are adapted to: ICC.1:2022, 7.2.16. */
const d50: Vector = [0.9642, 1, 0.8249]

/** Cone responses of the Bradford transform: ICC.1:2022, annex E. */
const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
]

/** Returns the matrix from linear RGB of some primaries to that of others; undefined if they do not span a space. */
export function between(from: Primaries, to: Primaries): Matrix | undefined {
  const matrix = multiply(invert(toConnectionSpace(to)), toConnectionSpace(from))
  return matrix.flat().every(Number.isFinite) ? matrix : undefined
}

/** Returns the matrix from linear RGB to XYZ with the white adapted to D50. */
function toConnectionSpace(primaries: Primaries): Matrix {
  const from = apply(bradford, lightOf(primaries.white))
  const to = apply(bradford, d50)
  const cones = diagonal([to[0] / from[0], to[1] / from[1], to[2] / from[2]])
  return multiply(multiply(invert(bradford), multiply(cones, bradford)), toXyz(primaries))
}

/** Returns the matrix from linear RGB to XYZ, for the white of the primaries: SMPTE RP 177. */
function toXyz({ white, red, green, blue }: Primaries): Matrix {
  const columns = transpose([lightOf(red), lightOf(green), lightOf(blue)])
  const scale = apply(invert(columns), lightOf(white))
  return multiply(columns, diagonal(scale))
}

function multiply(left: Matrix, right: Matrix): Matrix {
  const columns = transpose(right)
  return mapRows(left, (row) => [dot(row, columns[0]), dot(row, columns[1]), dot(row, columns[2])])
}

export function apply(matrix: Matrix, vector: Vector): Vector {
  return [dot(matrix[0], vector), dot(matrix[1], vector), dot(matrix[2], vector)]
}

/** Inverts a matrix by its adjugate: the cross products of the rows are its columns. */
function invert(matrix: Matrix): Matrix {
  const [one, two, three] = matrix
  const columns: Matrix = [cross(two, three), cross(three, one), cross(one, two)]
  const determinant = dot(one, columns[0])
  return mapRows(transpose(columns), ([x, y, z]) => [
    x / determinant,
    y / determinant,
    z / determinant,
  ])
}

export function dot(one: Vector, other: Vector): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}

/** Returns XYZ for luminance 1. */
function lightOf([x, y]: Chromaticity): Vector {
  return y === 0 ? [x, y, 1 - x] : [x / y, 1, (1 - x - y) / y]
}

function cross(one: Vector, other: Vector): Vector {
  return [
    one[1] * other[2] - one[2] * other[1],
    one[2] * other[0] - one[0] * other[2],
    one[0] * other[1] - one[1] * other[0],
  ]
}

function transpose([one, two, three]: Matrix): Matrix {
  return [
    [one[0], two[0], three[0]],
    [one[1], two[1], three[1]],
    [one[2], two[2], three[2]],
  ]
}

function diagonal([x, y, z]: Vector): Matrix {
  return [
    [x, 0, 0],
    [0, y, 0],
    [0, 0, z],
  ]
}

function mapRows([one, two, three]: Matrix, change: (row: Vector) => Vector): Matrix {
  return [change(one), change(two), change(three)]
}

export function isIdentity(matrix: Matrix): boolean {
  return matrix.every((row, index) =>
    row.every((value, column) => Math.abs(value - (index === column ? 1 : 0)) < 1e-6),
  )
}
