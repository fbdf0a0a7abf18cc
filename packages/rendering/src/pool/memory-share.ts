import { AppError } from '@iaas/common/errors'
import type { Admission } from './admission.ts'

/** What one task holds of the memory budget. */
export type MemoryShare = {
  /**
   * Takes this share instead of what it had before. It gives back before it asks: two that hold and wait would block
   * each other.
   *
   * @throws AppError IMAGE_TOO_LARGE for more than there is at all, RENDERER_BUSY
   */
  enter(bytes: number, signal?: AbortSignal): Promise<void>
  /** Gives back what it has, for good: also what it is still to be given. */
  leave(): void
}

/** @param refusal what is said of more than there is at all */
export function createMemoryShare(
  memory: Admission,
  budgetBytes: number,
  refusal: () => AppError = tooLarge,
): MemoryShare {
  let giveBack: (() => void) | undefined
  let isOver = false
  return {
    async enter(bytes, signal) {
      giveBack?.()
      if (bytes > budgetBytes) throw refusal()
      const given = await memory.enter(bytes, signal)
      if (isOver) given()
      else giveBack = given
    },
    leave() {
      isOver = true
      giveBack?.()
    },
  }
}

export function tooLarge(cause?: unknown): AppError {
  return new AppError('IMAGE_TOO_LARGE', 'The image needs more memory than a render may use.', {
    cause,
  })
}
