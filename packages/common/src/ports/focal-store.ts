import type { Point } from '../image/index.ts'
import type { OriginalRef } from '../original-ref.ts'

/**
 * Focal points of originals, in fractions of the displayed image. A point belongs to one version of an original and is
 * kept as durably. Every call rejects with AppError STORE_UNAVAILABLE if the disk is full or broken.
 */
export type FocalStore = {
  /** Returns undefined if none is set. */
  find(original: OriginalRef): Promise<Point | undefined>
  /** Sets the point, or removes it if there is none. Resolves once that is durable. */
  set(original: OriginalRef, point: Point | undefined): Promise<void>
}
