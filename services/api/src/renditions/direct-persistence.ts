import type { Logger } from '@iaas/common/log'
import type {
  RenditionJournal,
  StoreRendition,
  WaitingRendition,
} from '@iaas/common/ports/persistence'

export type DirectPersistenceOptions = {
  readonly journal: RenditionJournal
  readonly storeRendition: StoreRendition
  readonly log: Logger
}

/** Stores renditions in this process, as long as nothing is in the way. */
export type DirectPersistence = {
  /**
   * Resolves to whether the rendition is stored and linked. Where it is not, it stays in the journal until it is released.
   * Never rejects.
   */
  store(rendition: WaitingRendition, bytes: Uint8Array): Promise<boolean>
  /** The queue has a rendition, or nobody is to store it. */
  release(rendition: WaitingRendition): void
  /** Renditions that a process was killed with. Never rejects. */
  findLeft(): Promise<readonly WaitingRendition[]>
}

export function createDirectPersistence(options: DirectPersistenceOptions): DirectPersistence {
  const { journal, storeRendition, log } = options

  async function remove(rendition: WaitingRendition): Promise<void> {
    // An entry too many is queued at the next start, and finds its object.
    await journal
      .remove(rendition)
      .catch((error: unknown) => log.warn('journal entry not removed', { error }))
  }

  return {
    async store(rendition, bytes) {
      try {
        await journal.add(rendition)
        await storeRendition(rendition, bytes)
      } catch (error) {
        log.info('rendition left to the queue', { variant: rendition.variant, error })
        return false
      }
      await remove(rendition)
      return true
    },
    release: (rendition) => void remove(rendition),
    async findLeft() {
      try {
        return await journal.list()
      } catch (error) {
        log.warn('journal not read', { error })
        return []
      }
    },
  }
}
