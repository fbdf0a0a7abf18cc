/** Facts about an expected failure, for each transport. */
export type ErrorFacts = {
  /** HTTP status. */
  readonly status: number
  /** Title of the problem type (RFC 9457). */
  readonly title: string
  /** True if a job that failed with it may succeed later. */
  readonly retryable: boolean
  /**
   * `error`: something failed in the service. `none`: the client is at fault, or one of the service's limits applied;
   * request lines and metrics show these.
   */
  readonly logLevel: 'error' | 'none'
}

type Options = { readonly retryable?: boolean; readonly isRefusal?: boolean }

function row(status: number, title: string, options: Options = {}): ErrorFacts {
  const { retryable = false, isRefusal = false } = options
  return { status, title, retryable, logLevel: status >= 500 && !isRefusal ? 'error' : 'none' }
}

/** Catalogue of expected failures, by code. */
export const errorCatalogue = {
  INVALID_IMAGE_URL: row(400, 'The address of the image is not correct'),
  INVALID_ID: row(400, 'The id is not allowed'),
  INVALID_OPTION: row(400, 'An option is not correct'),
  SIZE_NOT_OFFERED: row(400, 'The size is not allowed'),
  PRESET_REQUIRED: row(403, 'Only presets are allowed'),
  SIGNATURE_INVALID: row(403, 'The signature is not valid'),
  INVALID_TOKEN_REQUEST: row(400, 'The request for a token is not correct'),
  INVALID_UPLOAD: row(400, 'The upload form is not correct'),
  INVALID_CROP: row(400, 'The crop region is not correct'),
  IMAGE_MISSING: row(400, 'The upload has no image'),
  INVALID_REQUEST: row(400, 'The request is not correct'),
  SECRET_WRONG: row(401, 'The secret is missing or wrong'),
  KEY_WRONG: row(401, 'The API key is missing or wrong'),
  SCOPE_MISSING: row(403, 'The API key lacks a scope'),
  ID_TAKEN: row(403, 'The id is taken'),
  TOKEN_PENDING: row(403, 'The id has a pending token'),
  TOKEN_INVALID: row(403, 'The token is not valid'),
  ORIGINAL_NOT_FOUND: row(404, 'There is no such image'),
  ORIGINAL_GONE: row(410, 'The image was deleted'),
  VERSION_NOT_FOUND: row(404, 'There is no such version', { retryable: true }),
  ROUTE_NOT_FOUND: row(404, 'There is no such route'),
  PURGE_NOT_FOUND: row(404, 'There is no such purge'),
  QUEUE_NOT_FOUND: row(404, 'There is no such queue'),
  PURGE_ENDED: row(409, 'The purge has ended'),
  CALL_RUNNING: row(409, 'The call has not ended', { retryable: true }),
  IDEMPOTENCY_KEY_REUSED: row(422, 'The idempotency key stands for another request'),
  PRECONDITION_FAILED: row(412, 'The image does not match the condition'),
  RANGE_NOT_SATISFIABLE: row(416, 'The range is beyond the end of the image'),
  UPLOAD_TOO_LARGE: row(413, 'The request is too large'),
  UPLOAD_TOO_SLOW: row(408, 'The upload took too long'),
  IMAGE_TOO_LARGE: row(413, 'The image is too large'),
  IMAGE_TOO_COSTLY: row(413, 'The image is too costly to decode'),
  IMAGE_UNSUPPORTED: row(415, 'The image has an unsupported format'),
  IMAGE_DAMAGED: row(415, 'The image is damaged'),
  RENDER_TIMEOUT: row(504, 'The render took too long'),
  RENDER_FAILED: row(500, 'The image could not be rendered'),
  RENDER_QUARANTINED: row(503, 'The image cannot be rendered for now', {
    retryable: true,
    isRefusal: true,
  }),
  TOO_MANY_RENDERS: row(429, 'Too many requests', { retryable: true }),
  TOO_MANY_ATTEMPTS: row(429, 'Too many attempts'),
  RENDERER_BUSY: row(503, 'The service is full', { retryable: true, isRefusal: true }),
  RENDERER_UNREACHABLE: row(503, 'A part of the service is not available', { retryable: true }),
  UPLOADS_BUSY: row(503, 'The service is full', { isRefusal: true }),
  STORE_UNAVAILABLE: row(503, 'A part of the service is not available', { retryable: true }),
  STORE_BUSY: row(503, 'The service is full', { retryable: true, isRefusal: true }),
  STORE_FULL: row(503, 'The service is full'),
  SPOOL_FULL: row(503, 'The service is full', { retryable: true }),
}

export type ErrorCode = keyof typeof errorCatalogue

export const errorCodes = Object.keys(errorCatalogue) as readonly ErrorCode[] as readonly [
  ErrorCode,
  ...ErrorCode[],
]

/** A limit that was reached: its size, its period, and the time until it resets. */
export type RateLimit = {
  readonly name: string
  readonly quota: number
  readonly windowSeconds: number
  readonly retryAfterSeconds: number
}

type AppErrorOptions = ErrorOptions & {
  readonly rateLimit?: RateLimit
  readonly retryAfterSeconds?: number | undefined
}

/**
 * An expected failure. `message` is written for the client: it names the parameter at fault, what was expected and what
 * was received, and never contains a path, a secret or a stack. Details for operators go into `cause`.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  /** Set for TOO_MANY_RENDERS and TOO_MANY_ATTEMPTS. */
  readonly rateLimit: RateLimit | undefined
  /** Seconds until a retry may succeed; undefined if unknown. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.rateLimit = options.rateLimit
    this.retryAfterSeconds = options.retryAfterSeconds ?? options.rateLimit?.retryAfterSeconds
  }
}

export function isAppError(error: unknown, ...codes: readonly ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code))
}
