import type { ImageId } from '../image/index.ts'

/** A permit for one upload of one id. */
export type Token = string & { readonly __brand: 'Token' }

/**
 * The permits and the ids that are taken. Time is the database's, without which every call rejects with AppError
 * STORE_UNAVAILABLE. STORE_BUSY: the database answers, but this process has too much to ask.
 */
export type TokenStore = {
  /**
   * A new token for the id, valid for 15 minutes.
   *
   * @throws AppError ID_TAKEN where the id has an original; TOKEN_PENDING where it has a live token or an upload on its way,
   * with the seconds until it may be free
   */
  issue(id: ImageId): Promise<Token>
  /** Whether a claim would get true just now. */
  isClaimable(token: string, id: ImageId): Promise<boolean>
  /**
   * Takes the token for `leaseMs`, atomically: of any number of calls at once, one gets true.
   *
   * @param leaseMs how long the claim lasts where its process is killed
   */
  claim(token: string, id: ImageId, leaseMs: number): Promise<boolean>
  /** Records that the upload of a claimed token is durable. false: the claim was lost, the upload must not stand. */
  complete(token: string, id: ImageId): Promise<boolean>
  /** Gives a claimed, uncompleted token back: it may be claimed again, for a minute at least. */
  giveBack(token: string, id: ImageId): Promise<void>
  /** Gives the id of a claimed, uncompleted token free; the token is gone. */
  release(token: string, id: ImageId): Promise<void>
  /**
   * Removes expired tokens and claims whose lease is over (their process was killed), for as long as there are any and the
   * signal is not aborted. Resolves to their number.
   *
   * @param usualLeaseMs the lease of claims of earlier releases, which have none of their own
   */
  sweep(usualLeaseMs: number, signal?: AbortSignal): Promise<number>
}
