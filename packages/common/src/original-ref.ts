import type { ImageId } from './image/index.ts'

/**
 * Identifies one version of an original. Plain data, which outlives every path of its file and may be sent to another
 * process.
 */
export type OriginalRef = {
  readonly id: ImageId
  /**
   * Stamp of this version: letters, digits and dots, with a meaning to its store only. Other bytes of the same id have
   * another stamp.
   */
  readonly version: string
  /** Bytes. */
  readonly size: number
  /** Time at which this version was stored. */
  readonly modifiedAt: Date
}

/** Canonical name of one version of an original. Names caches, flights and everything else that is kept per original. */
export type OriginalKey = string & { readonly __brand: 'OriginalKey' }

export function originalKey({ id, version }: Pick<OriginalRef, 'id' | 'version'>): OriginalKey {
  // No version contains a slash, so the name is unambiguous whatever characters the id has.
  return `${version}/${id}` as OriginalKey
}
