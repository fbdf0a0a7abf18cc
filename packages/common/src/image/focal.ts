import { type Query, invalidOption } from './options.ts'
import { type Point, parsePoint } from './values/gravity.ts'

const focalOption = 'focal'

/**
 * Parses the focal point of an upload, `?focal=X,Y`: fractions of the original as it is displayed and kept.
 *
 * @returns undefined if none is given
 * @throws AppError INVALID_OPTION
 */
export function parseFocal(query: Query): Point | undefined {
  const values = [...query].filter(([name]) => name === focalOption).map(([, value]) => value)
  const [value] = values
  if (value === undefined) return undefined
  if (values.length > 1) throw invalidOption(`"${focalOption}" is given more than once.`)
  const point = parsePoint(value)
  if (point !== undefined) return point
  throw invalidOption(
    `"${focalOption}" must be two fractions from 0 to 1 with at most three decimal places, such as 0.3,0.4; received "${value.slice(0, 40)}".`,
  )
}
