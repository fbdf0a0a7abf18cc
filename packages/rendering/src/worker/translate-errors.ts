import { errorCode } from '@iaas/common/disk/disk-errors'
import { AppError, type ErrorCode } from '@iaas/common/errors'

const damaged = ['IMAGE_DAMAGED', 'The image is damaged: it cannot be decoded.'] as const

/** Translations of messages: only the message distinguishes errors of libvips and sharp. The first match applies. */
const translations: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [/system error: (?:invalid argument|value too large)/i, ...damaged],
  [/^input file is missing/i, 'ORIGINAL_NOT_FOUND', 'There is no image of this id.'],
  [/system error: /, 'STORE_UNAVAILABLE', 'The image cannot be read or written just now.'],
  [
    /exceeds (?:pixel|channel) limit/i,
    'IMAGE_TOO_LARGE',
    'The image has too many pixels or channels.',
  ],
  [
    /unsupported jpeg (?:data precision|process)|unsupported tiff image type|not configured|planes not supported|old-style lzw/i,
    'IMAGE_UNSUPPORTED',
    'The image is of a rare variety of its format that is not supported.',
  ],
  [
    /too large for the|unable to encode|partition/i,
    'RENDER_FAILED',
    'The image cannot be encoded.',
  ],
  [/^expected |bad extract area/i, 'RENDER_FAILED', 'The image could not be rendered.'],
]

/** Converts an error of sharp or of the file system to an AppError with the original as its cause. */
export function translateError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const [code, message] = explain(error)
  return new AppError(code, message, { cause: error })
}

function explain(error: unknown): readonly [ErrorCode, string] {
  const system = errorCode(error)
  if (system !== undefined) return explainSystem(system)
  if (!(error instanceof Error)) return ['RENDER_FAILED', 'The image could not be rendered.']
  const found = translations.find(([pattern]) => pattern.test(error.message))
  if (found !== undefined) return [found[1], found[2]]
  // The rest are complaints of decoders. sharp has no error type of its own, so any other type is a bug of ours.
  return error.name === 'Error' ? damaged : ['RENDER_FAILED', 'The image could not be rendered.']
}

/** Codes of calls with impossible arguments: positions and lengths, which come from the file. */
const impossibleArguments: ReadonlySet<string> = new Set([
  'ERR_OUT_OF_RANGE',
  'ERR_BUFFER_OUT_OF_BOUNDS',
  'EINVAL',
  'EOVERFLOW',
])

/** Explains the code of a system error. Errors of sharp have no code; those of Node have. */
function explainSystem(code: string): readonly [ErrorCode, string] {
  if (code === 'ENOENT') return ['ORIGINAL_NOT_FOUND', 'There is no image of this id.']
  if (impossibleArguments.has(code)) return damaged
  return code.startsWith('ERR_')
    ? ['RENDER_FAILED', 'The image could not be rendered.']
    : ['STORE_UNAVAILABLE', 'The image cannot be read or written just now.']
}
