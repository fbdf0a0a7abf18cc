import { keyInEpoch } from '@iaas/common/digest'
import { idOfKey } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { LinkCache, LinkChanges, LinkMemory } from '@iaas/common/ports/link-store'
import type { KnownEpochs } from '../epochs/known-epochs.ts'

export type LinkLayers = {
  readonly memory: LinkMemory
  readonly shared: LinkCache | undefined
}

export type ForgottenLinks = {
  readonly layers: LinkLayers
  readonly epochs: Pick<KnownEpochs, 'of'>
}

/** Invalidates links that change in the database. What is missed while the connection is away expires by its TTL. */
export function forgetChangedLinks(
  changes: LinkChanges,
  { layers: { memory, shared }, epochs }: ForgottenLinks,
  log: Logger,
): AsyncDisposable {
  const subscription = changes.subscribe(
    (key) => {
      memory.delete(key)
      shared?.delete(keyInEpoch(key, epochs.of(idOfKey(key)))).catch(() => {})
    },
    () => log.info('link changes may have been missed'),
  )
  return {
    async [Symbol.asyncDispose]() {
      const subscribed = await subscription
      await subscribed[Symbol.asyncDispose]()
    },
  }
}
