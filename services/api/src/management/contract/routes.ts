import { collectionRoutes } from './collections.ts'
import type { Routes } from './define-route.ts'
import { originalListRoutes } from './original-list.ts'
import { originalRoutes } from './originals.ts'
import { operationRoutes } from './operations.ts'
import { purgeRoutes } from './purges.ts'
import { tokenRoutes } from './tokens.ts'

/** Every route of the management API. Methods, scopes, `Allow`, metrics and the tests of refusals derive from it. */
export const routes = {
  ...originalListRoutes,
  ...originalRoutes,
  ...purgeRoutes,
  ...collectionRoutes,
  ...tokenRoutes,
  ...operationRoutes,
} as const satisfies Routes

export type ManagementRoutes = typeof routes
