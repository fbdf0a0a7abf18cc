import { AppError } from '@iaas/common/errors'

/** What libvips says in its messages is all that tells its errors apart. */
const translations: readonly (readonly [RegExp, () => AppError])[] = [
  [
    /Input file is missing|ENOENT/i,
    () => new AppError('ORIGINAL_NOT_FOUND', 'There is no image of this id.'),
  ],
  [/pixel limit|channel limit|too many (?:pixels|channels)/i, tooLarge],
  [
    /save|unable to encode|partition/i,
    () => new AppError('RENDER_FAILED', 'The image could not be encoded.'),
  ],
]

/** An error of sharp becomes an AppError with the original as its cause: what cannot be decoded is damaged. */
export function translateSharpError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  const found = translations.find(([pattern]) => pattern.test(message))
  if (found !== undefined)
    return new AppError(found[1]().code, found[1]().message, { cause: error })
  return new AppError('IMAGE_DAMAGED', 'The image is damaged: it cannot be decoded.', {
    cause: error,
  })
}

function tooLarge(): AppError {
  return new AppError('IMAGE_TOO_LARGE', 'The image has too many pixels or channels.')
}
