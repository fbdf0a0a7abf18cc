import type { ImageId } from '../image/index.ts'

/** A token that permits one upload of one id. */
export type Token = string & { readonly __brand: 'Token' }

/**
 * Tokens and taken ids. Uses the clock of the database. Every call rejects with AppError STORE_UNAVAILABLE if the
 * database does not answer, and STORE_BUSY if it answers but this process has too many queries waiting.
 */
export type TokenStore = {
  /**
   * Issues a new token for the id, valid for 15 minutes.
   *
   * @throws AppError ID_TAKEN if the id has an original; TOKEN_PENDING if it has a live token or an upload in flight,
   * with the seconds until it may be free
   */
  issue(id: ImageId): Promise<Token>
  /**
   * Takes an id without a token of a client: issues one and claims it.
   *
   * @param leaseMs how long the claim lasts if its process is killed
   * @throws AppError as `issue` does
   */
  take(id: ImageId, leaseMs: number): Promise<Token>
  /** Returns true if a claim would succeed now. */
  isClaimable(token: string, id: ImageId): Promise<boolean>
  /**
   * Claims the token for `leaseMs`, atomically: of any number of concurrent calls, one returns true.
   *
   * @param leaseMs how long the claim lasts if its process is killed
   */
  claim(token: string, id: ImageId, leaseMs: number): Promise<boolean>
  /**
   * Records that the upload of a claimed token is durable. Returns false if the claim was lost; the upload must then be
   * undone.
   */
  complete(token: string, id: ImageId): Promise<boolean>
  /** Returns a claimed, uncompleted token. It can be claimed again for at least a minute. */
  giveBack(token: string, id: ImageId): Promise<void>
  /** Deletes a claimed, uncompleted token and frees its id. */
  release(token: string, id: ImageId): Promise<void>
  /**
   * Removes expired tokens and claims whose lease has expired (their process was killed), until there are none or the
   * signal aborts. Resolves to their number.
   *
   * @param usualLeaseMs lease of claims by earlier releases, which store none
   */
  sweep(usualLeaseMs: number, signal?: AbortSignal): Promise<number>
}
