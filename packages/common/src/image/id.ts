import { AppError } from '../errors.ts'
import { reservedIds } from './reserved-ids.ts'

/** Name of an original: 1 to 255 characters in NFC, checked by `parseImageId`. */
export type ImageId = string & { readonly __brand: 'ImageId' }

const maxCharacters = 255

const reservedNames: ReadonlySet<string> = new Set(reservedIds)

/**
 * Checks the id of an original and normalises it to NFC, so that both spellings of an accented letter are one id.
 *
 * @throws AppError INVALID_ID that says which rule is broken
 */
export function parseImageId(value: unknown): ImageId {
  if (typeof value !== 'string') throw invalidId('must be a string')
  const isPlain = plainId.test(value)
  const id = isPlain ? value : value.normalize('NFC')
  const problem = isPlain ? findPlainProblem(id) : findProblem(id)
  if (problem !== undefined) throw invalidId(problem)
  return id as ImageId
}

/** Returns the id in its normal form; undefined if it is not allowed. */
export function findImageId(value: string): ImageId | undefined {
  try {
    return parseImageId(value)
  } catch {
    return undefined
  }
}

/** Fast path for most ids: ASCII only, no Unicode rules apply. */
const plainId = /^[\dA-Za-z][\w -]{0,254}$/

/** Returns the problem of an id that matches `plainId`, if any. */
function findPlainProblem(id: string): string | undefined {
  if (id.includes('_') && endsLikeSize(id)) return sizeProblem
  return reservedNames.has(id.toLowerCase()) ? reservedProblem : undefined
}

const sizeProblem = 'must not end like a size ("_100_100" or "_100_100_2x")'
const reservedProblem = 'is the name of a route of this service'

function findProblem(id: string): string | undefined {
  if (id === '') return 'must not be empty'
  // UTF-16 units bound the number of characters from above, so a very long string is not split first.
  if (id.length > 2 * maxCharacters || Array.from(id).length > maxCharacters)
    return `must have at most ${maxCharacters} characters`
  if (!id.isWellFormed()) return 'must be well-formed Unicode'
  if (/\p{Cc}/u.test(id)) return 'must not contain control characters'
  if (/[/\\]/.test(id)) return 'must not contain "/" or "\\"'
  if (id.startsWith('.') || id.startsWith('_')) return 'must not begin with "." or "_"'
  if (id.includes('..')) return 'must not contain ".."'
  if (endsLikeSize(id)) return sizeProblem
  return reservedNames.has(id.toLowerCase()) ? reservedProblem : undefined
}

/**
 * Matches any spelling of a number, including those that a size cannot have: such a tail is a malformed size, not part
 * of a name.
 */
const numberLike = /^[+-]?(?:\p{Nd}+(?:\.\p{Nd}*)?|\.\p{Nd}+)(?:e[+-]?\p{Nd}+)?$|^0x[\da-f]+$/iu

/**
 * Returns how many parts between underscores the size at the end of `name` takes: 3 with a scale, 2 without, 0 for
 * none.
 */
export function countSizeParts(name: string): 0 | 2 | 3 {
  const parts = name.split('_')
  const last = parts.at(-1)
  if (parts.length > 3 && last !== undefined && /x$/i.test(last)) {
    const scaled = [parts.at(-3), parts.at(-2), last.slice(0, -1)]
    if (scaled.every(isNumber)) return 3
  }
  return parts.length > 2 && isNumber(parts.at(-2)) && isNumber(last) ? 2 : 0
}

/**
 * Returns true if the name ends like a size, well-formed or not. The grammar reads such a name as a sized request, so
 * no original could be reached under it.
 */
export function endsLikeSize(name: string): boolean {
  return countSizeParts(name) > 0
}

function isNumber(part: string | undefined): boolean {
  if (part === undefined) return false
  return /^\d+$/.test(part) || numberLike.test(part.trim())
}

function invalidId(problem: string): AppError {
  return new AppError('INVALID_ID', `The id ${problem}.`)
}
