import type { Format } from '@iaas/common/image'
import type { Validators } from './validators.ts'

/** What a sized request says beside its address. */
export type ImageContext = {
  /** The formats that the client's Accept header names, if it can change the answer. */
  readonly accepted: readonly Format[]
  /** Whether the client asks for the headers only: then nothing is rendered. */
  readonly headOnly: boolean
  readonly isFresh: (validators: Validators) => boolean
  /** Aborts when the client leaves; made where it is needed. */
  readonly signal: () => AbortSignal
  /** Who asks; see `clientOf`. */
  readonly client: () => string
}
