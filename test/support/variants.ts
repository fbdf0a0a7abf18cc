import { type Digest, variantDigest } from '@iaas/common/digest'
import { parseImageUrl, toVariant } from '@iaas/common/image'

const policy = { bounds: { width: 2000, height: 2000 }, webpOptIn: true, webpSwitch: false }

/** What the variant of an address is known by, in the spool and in the queues. */
export function digestOfPath(address: string): Digest {
  const { pathname, searchParams } = new URL(address, 'http://localhost')
  const request = parseImageUrl(pathname, searchParams)
  if (request.kind !== 'sized') throw new Error(`${address} has no size.`)
  return variantDigest(toVariant(request, policy, []))
}
