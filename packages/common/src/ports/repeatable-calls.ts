/** A call of the management API that its caller may repeat. */
export type RepeatableCall = {
  /** Name of the API key. */
  readonly caller: string
  /** Idempotency key that the caller has chosen. */
  readonly key: string
  /** Digest of the request. */
  readonly fingerprint: string
  /** Random name of this attempt. */
  readonly attempt: string
}

/** Answer to a call, as JSON. */
export type KeptAnswer = { readonly [name: string]: unknown }

/**
 * - `begun`: this attempt does the work, and ends with `keep` or `forget`.
 * - `running`: an earlier attempt does it.
 * - `other`: the key stands for another request.
 */
export type BegunCall = 'begun' | 'running' | 'other' | { readonly answer: KeptAnswer }

/**
 * Calls with an idempotency key, each kept for a day. A call whose process was killed can be begun again after two minutes, longer
 * than any call takes. Every call of the port rejects with AppError STORE_UNAVAILABLE if the database does not answer in time.
 */
export type RepeatableCalls = {
  /** Begins a call once: of many attempts at once, one gets `begun`. */
  begin(call: RepeatableCall): Promise<BegunCall>
  /** Ends the attempt with an answer, which repetitions get. */
  keep(call: RepeatableCall, answer: KeptAnswer): Promise<void>
  /** Ends the attempt without an answer: the call can be begun again. */
  forget(call: RepeatableCall): Promise<void>
  /** Removes calls that are older than a day. */
  sweep(): Promise<void>
}
