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

/** Stores renditions in this process. */
export type DirectPersistence = {
  /**
   * Resolves to whether the rendition is stored and linked. Otherwise it stays in the journal until it is released. Never
   * rejects.
   */
  store(rendition: WaitingRendition, bytes: Uint8Array): Promise<boolean>
  /** Removes a rendition from the journal: the queue has it, or it is not to be stored. */
  release(rendition: WaitingRendition): void
  /** Returns the renditions that a killed process left in the journal. Never rejects. */
  findLeft(): Promise<readonly WaitingRendition[]>
}

export function createDirectPersistence(options: DirectPersistenceOptions): DirectPersistence {
  const { journal, storeRendition, log } = options

  async function remove(rendition: WaitingRendition): Promise<void> {
    // A leftover entry is queued at the next start and finds its object.
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
