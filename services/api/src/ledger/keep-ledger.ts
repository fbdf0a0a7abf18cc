import { isAppError } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { OriginalRef } from '@iaas/common/original-ref'
import type { DueOriginal, OriginalInfo, OriginalLedger } from '@iaas/common/ports/original-ledger'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { Facts } from '../facts/find-facts.ts'

export type LedgerKeeperOptions = {
  readonly ledger: Pick<OriginalLedger, 'findDue' | 'takeDue' | 'settle' | 'takeOver'>
  readonly originals: Pick<OriginalStore, 'find'>
  readonly facts: Pick<Facts, 'findKept'>
  readonly renderer: Pick<Renderer, 'inspect'>
  readonly log: Logger
}

/** Settles the ledger of originals from their store. */
export type LedgerKeeper = {
  /**
   * Settles the row of an original that this process has changed. Never rejects: the row stays due.
   *
   * @param known facts about the version that was stored
   */
  settle(id: ImageId, known?: KnownInfo): Promise<void>
  /** Settles some of the rows that are due, and takes over originals that have none yet. */
  work(signal: AbortSignal): Promise<void>
}

export type KnownInfo = OriginalInfo & { readonly version: string }

/** Rows that are settled in one go. With one go every two seconds, it bounds what taking over costs other work. */
const pageSize = 100

export function createLedgerKeeper(options: LedgerKeeperOptions): LedgerKeeper {
  const { ledger, originals, facts, renderer, log } = options

  /** The row was read before the store is, so that a change in between is not overwritten by what came before it. */
  async function settleDue(due: DueOriginal, known?: KnownInfo, signal?: AbortSignal) {
    const original = await originals.find(due.id).catch(ignoreGone)
    if (original === undefined) return ledger.settle(due, undefined)
    await ledger.settle(due, { ...original, info: await describe(original, due, known, signal) })
  }

  async function describe(
    original: OriginalRef,
    { recorded }: DueOriginal,
    known?: KnownInfo,
    signal?: AbortSignal,
  ): Promise<OriginalInfo | undefined> {
    if (known?.version === original.version) return known
    if (recorded?.version === original.version && recorded.info !== undefined) return recorded.info
    const kept = await facts.findKept(original)
    return kept ?? (await renderer.inspect(original, signal).catch(ignoreUnreadable))
  }

  return {
    async settle(id, known) {
      try {
        const due = await ledger.findDue(id)
        if (due !== undefined) await settleDue(due, known)
      } catch (error) {
        log.warn('ledger of originals not settled yet', { id, error })
      }
    },
    async work(signal) {
      await ledger.takeOver(pageSize)
      // One after the other: a single child is enough for them.
      for (const due of await ledger.takeDue(pageSize)) {
        if (signal.aborted) return
        await settleDue(due, undefined, signal).catch((error: unknown) => {
          log.warn('ledger of originals not settled yet', { id: due.id, error })
        })
      }
    },
  }
}

function ignoreGone(error: unknown): undefined {
  if (!isAppError(error, 'ORIGINAL_GONE')) throw error
}

/** Returns undefined for an image that no attempt can read. */
function ignoreUnreadable(error: unknown): undefined {
  const codes = [
    'IMAGE_DAMAGED',
    'IMAGE_UNSUPPORTED',
    'IMAGE_TOO_LARGE',
    'IMAGE_TOO_COSTLY',
  ] as const
  if (!isAppError(error, ...codes)) throw error
}
