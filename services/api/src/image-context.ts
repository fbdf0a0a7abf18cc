import type { Format } from '@iaas/common/image'
import type { Validators } from './validators.ts'

/** Facts about a sized request in addition to its address. */
export type ImageContext = {
  /** The formats that the client's Accept header names, if it can change the answer. */
  readonly accepted: readonly Format[]
  /** The client requests the headers only, so nothing is rendered. */
  readonly headOnly: boolean
  readonly isFresh: (validators: Validators) => boolean
  /** Returns a signal that aborts when the client leaves; created on first use. */
  readonly signal: () => AbortSignal
  /** The client; see `clientOf`. */
  readonly client: () => string
}
