import type { RequestListener } from 'node:http'
import type { Logger } from '@iaas/common/log'
import type { ApiConfig } from '../../config.ts'
import { createAnswerError } from '../../http/error-handler.ts'
import { toLogClient } from '../../http/log-client.ts'
import { createRequestLog } from '../../http/request-log.ts'
import { createClientOf } from '../../limits/client-of.ts'
import type { Limits } from '../../limits/create-limits.ts'
import { type Management, createAnswerCall } from '../../management/answer-call.ts'
import { createAudit } from '../../management/audit.ts'
import { managementErrors } from '../../management/error-dialect.ts'
import type { ApiMetrics } from '../../metrics/api-metrics.ts'
import { adminChallenge } from '../require-credentials.ts'
import { createAuthenticateAdministrator } from './authenticate-administrator.ts'

export type CallsListenerOptions = {
  readonly config: ApiConfig
  readonly management: Management
  readonly limits: Limits
  /** Proxies in front whose `X-Forwarded-For` is trusted: 1 behind the process that has the admin listener. */
  readonly trustedProxies: 0 | 1
  readonly metrics: ApiMetrics
  readonly log: Logger
}

/** Creates the handler of the management API on the admin listener. */
export function createCallsListener(options: CallsListenerOptions): RequestListener {
  const { config, management, limits, trustedProxies, metrics, log } = options
  const clientOf = createClientOf(trustedProxies)
  const logged = { ...config, limits: { trustedProxies } }
  const logClient = toLogClient(logged, clientOf)
  const requestLog = createRequestLog({ log, metrics, logClient, probePaths: new Set() })
  const challenge = `${adminChallenge}, ${managementErrors.challenge}`
  const answerCall = createAnswerCall({
    ...management,
    authenticate: permitAdministrator(config, management, limits),
    clientOf,
    openAudit: createAudit(log, logClient),
    answerError: createAnswerError(log, { ...managementErrors, challenge }),
  })
  return (req, res) => {
    const record = requestLog.open(req)
    requestLog.closeAfter(record, req, res)
    void answerCall(req, res, record)
  }
}

function permitAdministrator(
  { admin: { user, password, readOnly } }: ApiConfig,
  { authenticate: byKey }: Management,
  { wrongKeys }: Limits,
) {
  if (user === undefined || password === undefined) return byKey
  const credentials = { user, password }
  return createAuthenticateAdministrator({ credentials, readOnly, byKey, wrongKeys })
}
