import { AppError } from '@iaas/common/errors'
import type { Admission } from './admission.ts'

/** Share of the memory budget held by one task. */
export type MemoryShare = {
  /**
   * Replaces the held share by this one. Releases before it acquires, because two tasks that hold and wait would
   * deadlock.
   *
   * @throws AppError IMAGE_TOO_LARGE for more than the whole budget, RENDERER_BUSY
   */
  enter(bytes: number, signal?: AbortSignal): Promise<void>
  /** Releases the share for good, including one that is still being acquired. */
  leave(): void
}

/** @param refusal message for a share that exceeds the whole budget */
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
