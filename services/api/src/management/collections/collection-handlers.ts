import type { Collection, Collections } from '@iaas/common/ports/collections'
import type { Handlers } from '../call.ts'
import type { CollectionAnswer } from '../contract/collections.ts'
import type { ManagementRoutes } from '../contract/routes.ts'

type CollectionHandlers = Pick<
  Handlers<ManagementRoutes>,
  'listCollections' | 'startCollection' | 'cancelCollection'
>

/** @param keepSeconds age below which an object without a link is kept, s */
export function createCollectionHandlers(
  collections: Collections,
  keepSeconds: number,
): CollectionHandlers {
  return {
    listCollections: async () => ({ body: { items: (await collections.list()).map(toAnswer) } }),
    async startCollection({ body, caller }) {
      const asked = { who: caller, isDryRun: body.dry_run, keepSeconds }
      return { body: toAnswer(await collections.start(asked)) }
    },
    async cancelCollection() {
      const cancelled = await collections.cancel()
      return { body: { items: cancelled === undefined ? [] : [toAnswer(cancelled)] } }
    },
  }
}

function toAnswer(collection: Collection): CollectionAnswer {
  const { id, who, isDryRun, state, keepSeconds, counts, foreignKeys } = collection
  return {
    id,
    requested_by: who,
    dry_run: isDryRun,
    state,
    kept_seconds: keepSeconds,
    counts,
    foreign_keys: [...foreignKeys],
    created_at: collection.createdAt.toISOString(),
    finished_at: collection.finishedAt?.toISOString() ?? null,
  }
}
