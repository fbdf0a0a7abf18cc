import { servedVariantsPath } from '@iaas/stores/composition/backends'

/**
 * Tells whether an address is a stored variant that this service serves. Rows of another bucket or of the legacy iaas lead
 * elsewhere.
 */
export function isServedAddress(url: string): boolean {
  return url.replace(/^https?:\/\/[^/]+/, '').startsWith(`${servedVariantsPath}/`)
}
