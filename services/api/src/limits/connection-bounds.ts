import type { ConnectionBounds } from '@iaas/common/http/connections'
import type { ApiConfig } from '../config.ts'
import { nameClient } from './client-of.ts'

/** Bounds the connections of a client. A trusted proxy carries those of all its clients and is not bounded. */
export function toConnectionBounds(limits: ApiConfig['limits']): ConnectionBounds {
  const { connectionsPerClient: maxPerClient, trustedProxies: proxies } = limits
  return maxPerClient === 0 || proxies > 0 ? {} : { maxPerClient, nameClient }
}
