/**
 * Everything that a caller can act on. The core knows these codes and nothing of HTTP: each transport owns one
 * table that says what a code means there, and does not compile until it names every one.
 */
export const errorCodes = [
  'INVALID_IMAGE_URL',
  'INVALID_ID',
  'INVALID_OPTION',
  'SIZE_NOT_OFFERED',
  'SIGNATURE_INVALID',
  'INVALID_TOKEN_REQUEST',
  'INVALID_UPLOAD',
  'INVALID_CROP',
  'IMAGE_MISSING',
  'SECRET_WRONG',
  'ID_TAKEN',
  'TOKEN_PENDING',
  'TOKEN_INVALID',
  'ORIGINAL_NOT_FOUND',
  'PRECONDITION_FAILED',
  'RANGE_NOT_SATISFIABLE',
  'UPLOAD_TOO_LARGE',
  'UPLOAD_TOO_SLOW',
  'IMAGE_TOO_LARGE',
  'IMAGE_TOO_COSTLY',
  'IMAGE_UNSUPPORTED',
  'IMAGE_DAMAGED',
  'RENDER_TIMEOUT',
  'RENDER_FAILED',
  'RENDER_QUARANTINED',
  'TOO_MANY_RENDERS',
  'TOO_MANY_ATTEMPTS',
  'RENDERER_BUSY',
  'RENDERER_UNREACHABLE',
  'UPLOADS_BUSY',
  'STORE_UNAVAILABLE',
  'STORE_BUSY',
  'STORE_FULL',
  'SPOOL_FULL',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** A limit that was reached: how many in how long, and when there is room again. */
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
 * An expected failure. `message` is written for the client: it names the parameter at fault, what was expected and
 * what was received, and never a path, a secret or a stack. What only an operator may see goes into `cause`.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  /** Of TOO_MANY_RENDERS and TOO_MANY_ATTEMPTS. */
  readonly rateLimit: RateLimit | undefined
  /** When it may go better; undefined where nothing is known of that. */
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
