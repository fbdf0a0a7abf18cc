import { decodePath } from './decode-path.ts'
import { findFormat } from './formats.ts'
import { type ImageId, findImageId, parseImageId } from './id.ts'

/**
 * Parses the address of an upload, `/{id}` or `/{id}.{format}`. An id may end like a format, so the address may have two
 * readings. The token decides which one is meant.
 *
 * @returns the ids that the address may name; the one without the format first
 * @throws AppError INVALID_IMAGE_URL or INVALID_ID
 */
export function parseUploadPath(path: string): readonly [ImageId, ...ImageId[]] {
  const name = decodePath(path)
  if (!endsLikeFormat(name)) return [parseImageId(name)]
  const whole = findImageId(name)
  const stem = name.slice(0, name.lastIndexOf('.'))
  if (whole === undefined) return [parseImageId(stem)]
  const id = findImageId(stem)
  return id === undefined ? [whole] : [id, whole]
}

/** Characters that `encodeURIComponent` leaves alone and that are unsafe between the quotation marks of a shell. */
const unsafeMarks = /[!'()*]/g

/**
 * Inverse of `parseUploadPath`. Appends a format to an id that ends like one, so that it is the first reading.
 */
export function formatUploadPath(id: ImageId): string {
  const path = `/${encodeURIComponent(id).replace(unsafeMarks, toPercentCode)}`
  return endsLikeFormat(id) ? `${path}.jpg` : path
}

function endsLikeFormat(name: string): boolean {
  const dot = name.lastIndexOf('.')
  return dot > 0 && findFormat(name.slice(dot + 1)) !== undefined
}

function toPercentCode(mark: string): string {
  return `%${mark.codePointAt(0)?.toString(16).toUpperCase()}`
}
