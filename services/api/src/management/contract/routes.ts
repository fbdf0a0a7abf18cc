import type { Routes } from './define-route.ts'
import { originalRoutes } from './originals.ts'
import { purgeRoutes } from './purges.ts'

/** Every route of the management API. Methods, scopes, `Allow`, metrics and the tests of refusals derive from it. */
export const routes = { ...originalRoutes, ...purgeRoutes } as const satisfies Routes

export type ManagementRoutes = typeof routes
