import type { ObjectKey } from '../digest.ts'

/** Where clients find the objects of the variant store. */
export type Cdn = {
  /** The address that clients are redirected to. */
  url(key: ObjectKey): string
  /**
   * The inverse of `url`, whatever the host: another host is a restart, and no row is rewritten. undefined for an address that
   * is not of our form, such as those of the legacy iaas.
   */
  keyOf(url: string): ObjectKey | undefined
  /** The address at which clients now find what was stored under `url`: itself if it is not of our form. */
  current(url: string): string
}
