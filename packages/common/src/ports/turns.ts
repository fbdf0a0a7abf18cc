import type { Digest } from '../digest.ts'

/** The turn at a rendition. It ends by itself soon after its process has gone. */
export type Turn = {
  /**
   * Whether another one had it, or its rendition left the spool, so short a time ago that it may have been stored since
   * its link was looked for. Otherwise nobody has made it in the meantime.
   */
  readonly isFollowUp: boolean
  /**
   * Lets the next one have it. Never rejects.
   *
   * @param isSpooled the rendition waits in the spool: whoever asks gets it from there, and need not be told of the end
   */
  end(isSpooled: boolean): Promise<void>
}

/** What comes of asking for the turn at a rendition. */
export type Claim =
  | { readonly kind: 'turn'; readonly turn: Turn }
  /** It was made, and waits in the spool. */
  | { readonly kind: 'spooled' }
  /** Another one is making it now. */
  | { readonly kind: 'taken' }

/**
 * Lets one process at a time make a rendition, of all that share the turns and a spool. That saves work; nothing may rely
 * on it.
 */
export type Turns = {
  /** `digest`: of the variant. @throws AppError STORE_UNAVAILABLE */
  claim(digest: Digest): Promise<Claim>
}
