import { errorCatalogue, errorCodes } from '@iaas/common/errors'

/** Turned away for now: nothing is wrong with the request. */
export function isRefusal(status: number): boolean {
  return status === 429 || status === 503
}

/** What a request can be turned away for. */
export const refusalCodes = errorCodes.filter((code) => isRefusal(errorCatalogue[code].status))
