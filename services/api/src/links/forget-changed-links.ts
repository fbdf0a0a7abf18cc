import type { Logger } from '@iaas/common/log'
import type { LinkCache, LinkChanges, LinkMemory } from '@iaas/common/ports/link-store'

export type LinkLayers = { readonly memory: LinkMemory; readonly shared: LinkCache | undefined }

/** Invalidates links that change in the database. What is missed while the connection is away expires by its TTL. */
export function forgetChangedLinks(
  changes: LinkChanges,
  { memory, shared }: LinkLayers,
  log: Logger,
): AsyncDisposable {
  const subscription = changes.subscribe(
    (key) => {
      memory.delete(key)
      shared?.delete(key).catch(() => {})
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
