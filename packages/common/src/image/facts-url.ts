import { AppError } from '../errors.ts'
import { type ImageId, countSizeParts, parseImageId } from './id.ts'
import { type Query, invalidOption } from './options.ts'

/** `/{id}.json`: a request for the facts about an original. */
export type FactsRequest = {
  readonly kind: 'facts'
  readonly id: ImageId
  /** Includes the fields of EXIF. */
  readonly exif: boolean
}

const factsPattern = /\.json$/i
const exifOption = 'exif'

/**
 * Parses the address of facts.
 *
 * @param name the decoded path, without its first "/"
 * @returns undefined if it does not end in `.json`
 * @throws AppError INVALID_IMAGE_URL for a size, INVALID_ID, INVALID_OPTION
 */
export function parseFactsName(name: string, query: Query): FactsRequest | undefined {
  if (!factsPattern.test(name)) return undefined
  const id = name.replace(factsPattern, '')
  if (countSizeParts(id) > 0) {
    throw new AppError(
      'INVALID_IMAGE_URL',
      'Facts are about an original, so that their address /{id}.json has no size.',
    )
  }
  return { kind: 'facts', id: parseImageId(id), exif: parseExif(query) }
}

function parseExif(query: Query): boolean {
  const values = [...query].filter(([name]) => name === exifOption).map(([, value]) => value)
  if (values.length > 1) throw invalidOption(`"${exifOption}" is given more than once.`)
  const [value = 'false'] = values
  if (value === 'true' || value === 'false') return value === 'true'
  throw invalidOption(`"${exifOption}" must be true or false; received "${value.slice(0, 40)}".`)
}
