import type { Digest } from '../digest.ts'

/** The turn at a piece of work. It ends by itself soon after its process has gone. */
export type Turn = {
  /** Lets the next one have it. Never rejects. */
  end(): Promise<void>
}

/** Lets one process at a time do a piece of work, of all that share the turns. That saves work; nothing may rely on it. */
export type Turns = {
  /** undefined: another one has it now. @throws AppError STORE_UNAVAILABLE */
  tryTake(work: Digest): Promise<Turn | undefined>
}
