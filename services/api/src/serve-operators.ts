import { type AdminListener } from '@iaas/common/http/admin-listener'
import { listenAtSocket } from '@iaas/common/http/server'
import { type CallsListenerOptions, createCallsListener } from './admin/calls/calls-listener.ts'
import type { Management } from './management/answer-call.ts'
import { type AdminOptions, startAdmin } from './start-admin.ts'

export type OperatorsOptions = Omit<AdminOptions, 'metrics' | 'calls'> &
  Omit<CallsListenerOptions, 'management' | 'trustedProxies' | 'metrics'> & {
    readonly management: Management | undefined
    readonly apiMetrics: CallsListenerOptions['metrics']
    readonly registry: AdminOptions['metrics']
    /** See `ApiOptions`. */
    readonly adminSocket: string | undefined
  }

const drainMs = 1000

/** Listens for operators: at the admin port, or at the socket behind the admin port of another process. */
export async function serveOperators(
  options: OperatorsOptions,
): Promise<AsyncDisposable & Partial<AdminListener>> {
  const { management, apiMetrics, registry, adminSocket } = options
  const trustedProxies = adminSocket === undefined ? 0 : 1
  const calls =
    management &&
    createCallsListener({ ...options, management, trustedProxies, metrics: apiMetrics })
  if (adminSocket === undefined) return startAdmin({ ...options, metrics: registry, calls })
  const socket = calls && (await listenAtSocket(calls, adminSocket))
  return { [Symbol.asyncDispose]: async () => socket?.close(drainMs) }
}
