import { persistJobId } from '@iaas/common/jobs/store-rendition'
import type { WaitingRendition, Persistence } from '@iaas/common/ports/persistence'

export type FakePersistence = Persistence & {
  /** Queued renditions in the order of their arrival. */
  readonly renditions: readonly WaitingRendition[]
  /** Makes every following call reject; undefined: none. */
  failWith(error: Error | undefined): void
}

export function createFakePersistence(): FakePersistence {
  const renditions: WaitingRendition[] = []
  let failure: Error | undefined
  return {
    renditions,
    failWith(error) {
      failure = error
    },
    async schedule(rendition) {
      if (failure !== undefined) throw failure
      const id = persistJobId(rendition)
      if (renditions.every((queued) => persistJobId(queued) !== id)) renditions.push(rendition)
    },
  }
}
