import { errorCatalogue, errorCodes } from '@iaas/common/errors'

/** Statuses of requests that are rejected for now; the request itself is valid. */
export function isRefusal(status: number): boolean {
  return status === 429 || status === 503
}

/** Codes with which a request can be rejected for now. */
export const refusalCodes = errorCodes.filter((code) => isRefusal(errorCatalogue[code].status))
