import type { ErrorDialect } from '../http/error-handler.ts'

/** Errors of the management API: conflicts are 409. */
export const managementErrors: ErrorDialect = {
  statuses: { ID_TAKEN: 409, TOKEN_PENDING: 409 },
  challenge: 'Bearer realm="api"',
}
