import { AppError } from '../errors.ts'

/** Longest accepted path, in characters of the request line. */
export const maxPathLength = 2000

/** Decodes a raw path without its first "/". @throws AppError INVALID_IMAGE_URL */
export function decodePath(path: string): string {
  assertShort(path)
  const name = path.slice(1)
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    throw invalidUrl('The path is not correctly percent-encoded UTF-8.')
  }
}

/** @throws AppError INVALID_IMAGE_URL for a path that is too long */
export function assertShort(path: string): void {
  if (path.length > maxPathLength) {
    throw invalidUrl(`The path is longer than ${maxPathLength} characters.`)
  }
}

function invalidUrl(message: string): AppError {
  return new AppError('INVALID_IMAGE_URL', message)
}
