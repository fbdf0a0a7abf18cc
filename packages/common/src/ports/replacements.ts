import type { Epoch } from './epochs.ts'
import type { ImageId } from '../image/index.ts'
import type { Token, TokenStore } from './token-store.ts'

/** Begin of the tokens that replace an original. Other tokens have no dot. */
const mark = 'replace.'

export function isReplacementToken(token: string): boolean {
  return token.startsWith(mark)
}

/** Returns the token of a random text. */
export function toReplacementToken(random: string): Token {
  return `${mark}${random}` as Token
}

/**
 * Tokens that permit one replacement of one original. An id has at most one, and its claim excludes every other replacement,
 * also while the first upload of the id is not complete. Deleting an original, or freeing its id, ends its token and claim. Calls
 * reject as those of `TokenStore` do.
 */
export type Replacements = Pick<
  TokenStore,
  'issue' | 'take' | 'isClaimable' | 'claim' | 'giveBack' | 'release'
> & {
  /**
   * Renews a claim right before its file is switched. Returns false if it has ended: then the file must not be switched. From
   * now on the claim ends with `complete` only, or is swept.
   */
  renew(token: string, id: ImageId, leaseMs: number): Promise<boolean>
  /**
   * Ends a claim whose file was switched: in one transaction the epoch of the original is raised and its links are deleted.
   * Returns the epoch; undefined if the original was deleted meanwhile, so that the file must be removed.
   */
  complete(token: string, id: ImageId): Promise<Epoch | undefined>
  /**
   * Removes expired tokens, and claims whose lease has expired. Their process was killed, before or after it switched the file,
   * so the epoch of each of these originals is raised and its links are deleted. Resolves to the number of rows.
   */
  sweep(signal?: AbortSignal): Promise<number>
}
