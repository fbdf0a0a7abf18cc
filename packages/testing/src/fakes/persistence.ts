import { persistJobId } from '@iaas/common/jobs'
import type { PersistRequest, Persistence } from '@iaas/common/ports/persistence'

export type FakePersistence = Persistence & {
  /** What is queued, in the order of its coming. */
  readonly requests: readonly PersistRequest[]
  /** Makes every following call reject; undefined: none. */
  failWith(error: Error | undefined): void
}

export function createFakePersistence(): FakePersistence {
  const requests: PersistRequest[] = []
  let failure: Error | undefined
  return {
    requests,
    failWith(error) {
      failure = error
    },
    async schedule(request) {
      if (failure !== undefined) throw failure
      const id = persistJobId(request)
      if (requests.every((queued) => persistJobId(queued) !== id)) requests.push(request)
    },
  }
}
