/** Returns the first 64 bits of a digest as a signed number, as `iaas_digest_of` and `iaas_digest_in` of the database do. */
export function toIndex(digest: string): string {
  return BigInt.asIntN(64, BigInt(`0x${digest.slice(0, 16)}`)).toString()
}
