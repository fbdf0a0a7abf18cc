import { changedKeys, noteChanges } from './changes.ts'
import { invalidOption } from './options.ts'
import type { ImageOptions } from './params.ts'
import { type PlacedWatermark, isPlaced, placeWatermark } from './values/watermark.ts'

/**
 * Finds a configured watermark by its name; undefined if there is none of this name.
 *
 * @throws AppError ORIGINAL_NOT_FOUND while its image is missing
 */
export type FindWatermark = (name: string) => PlacedWatermark | undefined

/**
 * Replaces the name of a watermark by all that decides its pixels.
 *
 * @throws AppError INVALID_OPTION for a name without a watermark; errors of `find`
 */
export function withPlacedWatermark(
  options: ImageOptions,
  find: FindWatermark | undefined,
): ImageOptions {
  const { watermark: named } = options
  if (named === undefined) return options
  const configured = isPlaced(named) ? undefined : find?.(named.name)
  if (configured === undefined || isPlaced(named)) {
    throw invalidOption('"watermark" must be the name of a configured watermark.')
  }
  const watermark = placeWatermark(named, configured)
  return noteChanges({ ...options, watermark }, changedKeys(options))
}
