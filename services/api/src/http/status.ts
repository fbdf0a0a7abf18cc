import { type ErrorCode, errorCodes } from '@iaas/common/errors'

/** What a code means in HTTP, and what it is called there. The only place that knows. */
export const problems = {
  INVALID_IMAGE_URL: { status: 400, title: 'The address of the image is not correct' },
  INVALID_ID: { status: 400, title: 'The id is not allowed' },
  INVALID_OPTION: { status: 400, title: 'An option is not correct' },
  SIZE_NOT_OFFERED: { status: 400, title: 'The size is not offered' },
  SIGNATURE_INVALID: { status: 403, title: 'The signature is not valid' },
  INVALID_TOKEN_REQUEST: { status: 400, title: 'The request for a token is not correct' },
  INVALID_UPLOAD: { status: 400, title: 'The upload form is not correct' },
  INVALID_CROP: { status: 400, title: 'The crop region is not correct' },
  IMAGE_MISSING: { status: 400, title: 'The upload has no image' },
  SECRET_WRONG: { status: 401, title: 'The secret is missing or wrong' },
  ID_TAKEN: { status: 403, title: 'The id is taken' },
  TOKEN_PENDING: { status: 403, title: 'The id has a token that is alive' },
  TOKEN_INVALID: { status: 403, title: 'The token is not valid' },
  ORIGINAL_NOT_FOUND: { status: 404, title: 'There is no such image' },
  UPLOAD_TOO_SLOW: { status: 408, title: 'The upload took too long' },
  UPLOAD_TOO_LARGE: { status: 413, title: 'The request is too large' },
  IMAGE_TOO_LARGE: { status: 413, title: 'The image is too large' },
  IMAGE_TOO_COSTLY: { status: 413, title: 'The image is built to be costly' },
  IMAGE_UNSUPPORTED: { status: 415, title: 'The image has an unsupported format' },
  IMAGE_DAMAGED: { status: 415, title: 'The image is damaged' },
  PRECONDITION_FAILED: { status: 412, title: 'The image is not the one that was expected' },
  RANGE_NOT_SATISFIABLE: { status: 416, title: 'The image is shorter than that' },
  TOO_MANY_RENDERS: { status: 429, title: 'Too many requests' },
  TOO_MANY_ATTEMPTS: { status: 429, title: 'Too many attempts' },
  RENDER_FAILED: { status: 500, title: 'The image could not be rendered' },
  RENDERER_BUSY: { status: 503, title: 'The service is full' },
  RENDERER_UNREACHABLE: { status: 503, title: 'A part of the service is not available' },
  RENDER_QUARANTINED: { status: 503, title: 'The image cannot be rendered for now' },
  STORE_UNAVAILABLE: { status: 503, title: 'A part of the service is not available' },
  STORE_BUSY: { status: 503, title: 'The service is full' },
  UPLOADS_BUSY: { status: 503, title: 'The service is full' },
  STORE_FULL: { status: 503, title: 'The service is full' },
  SPOOL_FULL: { status: 503, title: 'The service is full' },
  RENDER_TIMEOUT: { status: 504, title: 'The render took too long' },
} as const satisfies Record<ErrorCode, { readonly status: number; readonly title: string }>

/** Turned away for now: nothing is wrong with the request. */
export function isRefusal(status: number): boolean {
  return status === 429 || status === 503
}

/** What a request can be turned away for. */
export const refusalCodes = errorCodes.filter((code) => isRefusal(problems[code].status))
