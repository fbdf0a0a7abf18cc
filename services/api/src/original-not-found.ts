import { AppError } from '@iaas/common/errors'
import type { ImageRequest } from '@iaas/common/image'

/** Creates the 404 of a missing image, which tells the client how its address was read. */
export function originalNotFound(request: ImageRequest): AppError {
  const id = request.id.slice(0, 100)
  const missing = `There is no image of the id "${id}".`
  return new AppError('ORIGINAL_NOT_FOUND', `${missing} The address asks for ${describe(request)}.`)
}

function describe(request: ImageRequest): string {
  if (request.kind === 'sized') {
    const { width, height, scale } = request
    return `it in ${width} x ${height}${scale === 1 ? '' : `, ${scale}x`}`
  }
  if (request.kind === 'facts') return 'the facts about it'
  const width = /_([1-9]\d{0,4})$/.exec(request.id)?.[1]
  const original = 'the original of this id'
  if (width === undefined) return original
  const id = request.id.slice(0, 100)
  return `${original}; a size has a width and a height, as in "${id}_${width}.jpg"`
}
