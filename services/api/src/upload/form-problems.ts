import { AppError } from '@iaas/common/errors'
import { maxFieldBytes, maxNameLength } from './form-limits.ts'

/** A name of a field or a file; undefined for a part without one, although the parser's types promise a string. */
export type MaybeName = string | undefined

/** Longest name, characters; the parser does not bound names. */
export function checkName(name: MaybeName): AppError | undefined {
  if (name === undefined) return invalidUpload('The form has a part without a name.')
  return name.length > maxNameLength ? tooLargeField() : undefined
}

export function tooLarge(maxBytes: number): AppError {
  return new AppError('UPLOAD_TOO_LARGE', `An upload may have at most ${maxBytes} bytes.`)
}

export function imageMissing(): AppError {
  return new AppError('IMAGE_MISSING', 'The form has no image in its field "image".')
}

export function wrongField(name: string): AppError {
  return new AppError(
    'IMAGE_MISSING',
    `The image must be in the field "image"; received "${name.slice(0, 40)}".`,
  )
}

export function severalImages(): AppError {
  return invalidUpload('The form has more than one image.')
}

export function tooManyParts(): AppError {
  return invalidUpload('The form has too many parts.')
}

export function tooLargeField(): AppError {
  return invalidUpload(
    `A field of the form beside the image is too large: its value may have ${maxFieldBytes} bytes, its name ${maxNameLength} characters.`,
  )
}

export function invalidUpload(message: string, cause?: unknown): AppError {
  return new AppError('INVALID_UPLOAD', message, { cause })
}

/** Creates the error for a full, read-only or broken disk. */
export function unstorable(cause: unknown): AppError {
  return new AppError('STORE_UNAVAILABLE', 'Uploads cannot be stored now.', { cause })
}
