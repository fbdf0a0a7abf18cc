import { AppError } from '../errors.ts'
import type { Region } from './values/size.ts'
import type { Query } from './options.ts'

const names = ['x', 'y', 'width', 'height'] as const
type Name = (typeof names)[number]

/**
 * Parses the region that an upload is cropped to, `?x=&y=&width=&height=`, in px of the displayed image. Does not check
 * that the region lies inside the image.
 *
 * @returns undefined if none of the four is given
 * @throws AppError INVALID_CROP if some are missing, repeated or not plain integers
 */
export function parseCrop(query: Query): Region | undefined {
  const given = [...query].filter(([name]) => isName(name))
  if (given.length === 0) return undefined
  const [left, top, width, height] = names.map((name) => readSide(name, given))
  return { left: left ?? 0, top: top ?? 0, width: width ?? 0, height: height ?? 0 }
}

function readSide(name: Name, given: readonly (readonly [string, string])[]): number {
  const values = given.filter(([other]) => other === name).map(([, value]) => value)
  const [value] = values
  if (value === undefined) throw invalidCrop(`needs x, y, width and height; "${name}" is missing`)
  if (values.length > 1) throw invalidCrop(`has "${name}" more than once`)
  const pattern = name === 'x' || name === 'y' ? /^(?:0|[1-9]\d{0,8})$/ : /^[1-9]\d{0,8}$/
  if (!pattern.test(value)) {
    throw invalidCrop(
      `needs "${name}" to be a whole number of pixels; received "${value.slice(0, 40)}"`,
    )
  }
  return Number(value)
}

function isName(name: string): name is Name {
  return names.some((known) => known === name)
}

function invalidCrop(problem: string): AppError {
  return new AppError('INVALID_CROP', `The crop region ${problem}.`)
}
