/** Failure of a CDN. Its message appears in receipts and contains no credentials. */
export class CdnFailure extends Error {
  override readonly name = 'CdnFailure'
  /** Time for which the CDN asks to be left alone, ms. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(message, options)
    this.retryAfterMs = options.retryAfterMs
  }
}
