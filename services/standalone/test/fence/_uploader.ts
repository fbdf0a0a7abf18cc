import { createObjectKeys } from '@iaas/common/object-keys'
import type { RecordOutcome } from '@iaas/common/ports/link-store'
import type { StoreRendition } from '@iaas/common/ports/persistence'
import { createPostgresLinkStore } from '@iaas/stores/postgres/link-store'
import { testCdn } from '@iaas/testing/cdn'
import { createUploader } from '@iaas/uploader/create-uploader'
import { createGiveUp } from '@iaas/uploader/handlers/give-up'
import { createPutObject } from '@iaas/uploader/handlers/put-object'
import { createRecordLink } from '@iaas/uploader/handlers/record-link'
import { createRenditionJobs } from '@iaas/uploader/handlers/rendition-jobs'
import { createStoreRendition } from '@iaas/uploader/store-rendition'
import { type World, log } from './_world.ts'

export type Recorders = {
  /** Stores renditions in the process of an api. */
  readonly storeRendition: StoreRendition
  /** Number of renditions that were fenced out. */
  readonly fenced: () => number
}

/** Starts an uploader, and what stores directly. */
export function startRecorders(world: World, isCompact: boolean): Recorders {
  const { gates, spool, variants, originals, renderer, epochs, own } = world
  const store = createPostgresLinkStore(world.openDatabase(6), { cdn: testCdn, isCompact })
  const links: typeof store = {
    ...store,
    async record(variant, ...rest): Promise<RecordOutcome> {
      await gates.pass('link begun', variant.id)
      const outcome = await store.record(variant, ...rest)
      await gates.pass('link recorded', variant.id)
      return outcome
    },
  }
  let fenced = 0
  const metrics = { linked() {}, job() {}, fenced: () => void (fenced += 1) }
  const storeOutage = () => undefined
  const keys = createObjectKeys('a secret of this world')
  const handlers = createRenditionJobs({
    keys,
    putObject: createPutObject({
      keys,
      spool,
      variants,
      links,
      epochs,
      storeOutage,
      originals,
      renderer,
    }),
    recordLink: createRecordLink({ keys, links, variants, spool, metrics, now: Date.now }),
    giveUp: createGiveUp({ spool }),
  })
  own(createUploader({ handlers, backend: world.backend, concurrency: 30, metrics, log }), (it) =>
    it[Symbol.asyncDispose](),
  )
  return {
    storeRendition: createStoreRendition({ keys, variants, links, metrics, log, now: Date.now }),
    fenced: () => fenced,
  }
}
