import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { ApiConfig } from './config.ts'
import type { Facts } from './facts/find-facts.ts'
import type { Limits } from './limits/create-limits.ts'
import type { Management } from './management/answer-call.ts'
import { createAuthenticate } from './management/authenticate.ts'
import type { Handlers } from './management/call.ts'
import { type ManagementRoutes, routes } from './management/contract/routes.ts'
import { createFindKey } from './management/find-key.ts'
import { createFindResource } from './management/find-route.ts'
import { createDescribeOriginal } from './management/originals/describe-original.ts'
import { createPutOriginalRoute } from './management/originals/create-original.ts'
import { createGetOriginal } from './management/originals/get-original.ts'
import { createListVariants } from './management/originals/list-variants.ts'
import type { Stores } from './wire-stores.ts'
import type { Uploads } from './wire-uploads.ts'

export type ManagementOptions = {
  readonly config: ApiConfig
  readonly stores: Pick<Stores, 'links' | 'linkList'>
  readonly originals: OriginalStore
  readonly uploads: Pick<Uploads, 'createOriginal' | 'receiveLimits'>
  readonly renderer: Renderer
  readonly facts: Facts
  readonly limits: Limits
}

/** Combines everything that answers the management API; undefined without keys. */
export function wireManagement(options: ManagementOptions): Management | undefined {
  const { keys } = options.config.api
  if (keys.length === 0) return undefined
  return {
    authenticate: createAuthenticate(createFindKey(keys), options.limits.wrongKeys),
    findResource: createFindResource(routes, createHandlers(options)),
  }
}

function createHandlers(options: ManagementOptions): Handlers<ManagementRoutes> {
  const { stores, originals, uploads, renderer, facts } = options
  const describeOriginal = createDescribeOriginal({ links: stores.links, facts, renderer })
  return {
    getOriginal: createGetOriginal(originals, describeOriginal),
    createOriginal: createPutOriginalRoute(uploads.createOriginal, uploads.receiveLimits),
    listVariants: createListVariants(originals, stores.linkList),
  }
}
