import type { Policy } from '@iaas/common/image'
import type { Logger } from '@iaas/common/log'
import type { Dependencies } from '@iaas/common/metrics/dependencies'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { PurgeOrders } from '@iaas/common/ports/purges'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { Backlog } from '@iaas/queue/backlog'
import type { Queues } from '@iaas/queue/open-queues'
import { keptUncollectedSeconds, keptUnlinkedSeconds } from './capacities.ts'
import type { ApiConfig } from './config.ts'
import type { Facts } from './facts/find-facts.ts'
import type { Limits } from './limits/create-limits.ts'
import type { Management } from './management/answer-call.ts'
import { createAuthenticate } from './management/authenticate.ts'
import type { Handlers } from './management/call.ts'
import { type ManagementRoutes, routes } from './management/contract/routes.ts'
import { createFindKey } from './management/find-key.ts'
import { hasManagement } from './management/has-management.ts'
import { createFindResource } from './management/find-route.ts'
import { withDocument } from './management/openapi/document-resource.ts'
import { createDescribeOriginal } from './management/originals/describe-original.ts'
import { createPutOriginalRoute } from './management/originals/create-original.ts'
import { createGetOriginal } from './management/originals/get-original.ts'
import { createListOriginals } from './management/originals/list-originals.ts'
import { createListVariants } from './management/originals/list-variants.ts'
import { createListVersions } from './management/originals/list-versions.ts'
import { createRestoreVersion } from './management/originals/restore-version.ts'
import { createCollectionHandlers } from './management/collections/collection-handlers.ts'
import { createPurgeHandlers } from './management/purges/change-purge.ts'
import { createCreatePurge } from './management/purges/create-purge.ts'
import { createDeleteOriginal } from './management/purges/delete-original.ts'
import { createExpandPreset } from './management/purges/expand-preset.ts'
import { createQueuePurge, createStartPurge } from './management/purges/start-purge.ts'
import { createGetHealth } from './management/health/get-health.ts'
import { createQueueHandlers } from './management/queues/queue-handlers.ts'
import { createRepeatCall } from './management/repeat-call.ts'
import { createCreateToken } from './management/tokens/create-token.ts'
import type { ServiceState } from './routes/get-health.ts'
import type { Stores } from './wire-stores.ts'
import type { Uploads } from './wire-uploads.ts'

export type ManagementOptions = {
  readonly config: ApiConfig
  readonly policy: Policy
  readonly stores: Pick<
    Stores,
    'links' | 'linkList' | 'ledger' | 'purges' | 'collections' | 'calls'
  >
  readonly orders: Pick<PurgeOrders, 'add'>
  readonly originals: OriginalStore
  readonly uploads: Pick<
    Uploads,
    'createOriginal' | 'replaceOriginal' | 'restoreOriginal' | 'issuePermit' | 'receiveLimits'
  >
  readonly renderer: Renderer
  readonly facts: Facts
  readonly limits: Limits
  readonly queues: Queues
  readonly backlog: Backlog
  readonly state: () => ServiceState
  readonly dependencies: Dependencies
  readonly log: Logger
}

/** Combines everything that answers the management API; undefined without keys and credentials of an administrator. */
export function wireManagement(options: ManagementOptions): Management | undefined {
  const { config, limits } = options
  if (!hasManagement(config)) return undefined
  return {
    authenticate: createAuthenticate(createFindKey(config.api.keys), limits.wrongKeys),
    repeatCall: createRepeatCall(options.stores.calls),
    findResource: withDocument(createFindResource(routes, createHandlers(options)), routes),
  }
}

function createHandlers(options: ManagementOptions): Handlers<ManagementRoutes> {
  const { config, policy, stores, orders, originals, uploads, renderer, facts, log } = options
  const { links, purges } = stores
  const describeOriginal = createDescribeOriginal({ links, facts, renderer })
  const startPurge = createStartPurge({ purges, orders, log })
  return {
    listOriginals: createListOriginals(stores.ledger),
    getOriginal: createGetOriginal(originals, describeOriginal),
    createOriginal: createPutOriginalRoute({
      ...uploads,
      originals,
      limits: uploads.receiveLimits,
    }),
    listVariants: createListVariants(originals, stores.linkList),
    listVersions: createListVersions(originals),
    restoreVersion: createRestoreVersion(uploads.restoreOriginal, describeOriginal),
    deleteOriginal: createDeleteOriginal({ startPurge, originals, links }),
    createPurge: createCreatePurge({
      startPurge,
      expandPreset: createExpandPreset(config.presets, policy),
      keepSeconds: keptUnlinkedSeconds(config),
    }),
    ...createCollectionHandlers(stores.collections, keptUncollectedSeconds(config)),
    ...createPurgeHandlers(purges, createQueuePurge(orders, log)),
    createToken: createCreateToken(uploads.issuePermit),
    getHealth: createGetHealth(options.state, options.dependencies),
    ...createQueueHandlers(options),
  }
}
