import type { ObjectKey } from '../digest.ts'

/** Maps objects of the variant store to the addresses that clients use. */
export type Cdn = {
  /** Returns the address that clients are redirected to. */
  address(key: ObjectKey): string
  /**
   * Inverse of `address` for any host, so that a change of host needs a restart but no rewritten row. Returns undefined
   * for an address of another form, such as those of the legacy iaas.
   */
  keyOf(address: string): ObjectKey | undefined
}
