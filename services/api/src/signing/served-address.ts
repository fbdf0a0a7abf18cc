import { servedVariantsPath } from '@iaas/stores/composition/backends'

/**
 * Whether a stored variant is asked of this service, where it serves them itself: the rows of another bucket, or of the older
 * iaas, lead elsewhere.
 */
export function isServedAddress(url: string): boolean {
  return url.replace(/^https?:\/\/[^/]+/, '').startsWith(`${servedVariantsPath}/`)
}
