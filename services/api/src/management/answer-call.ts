import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '@iaas/common/errors'
import { clientGone } from '@iaas/common/http/client-gone'
import type { ImageId } from '@iaas/common/image'
import type { AnswerError } from '../http/error-handler.ts'
import { refuseMethod } from '../http/refuse-method.ts'
import type { RequestRecord } from '../http/request-record.ts'
import { readTarget } from '../http/request-target.ts'
import type { ClientOf } from '../limits/client-of.ts'
import type { AuditEntry, OpenAudit } from './audit.ts'
import type { Authenticate, Caller } from './authenticate.ts'
import type { Call } from './call.ts'
import type { Entry, FindResource } from './find-route.ts'
import { readBody, readParameters, readQuery } from './read-call.ts'
import type { RepeatCall } from './repeat-call.ts'
import { sendAnswer } from './send-answer.ts'

/** Answers a request below `apiPath`. Never rejects. */
export type AnswerCall = (
  req: IncomingMessage,
  res: ServerResponse,
  record: RequestRecord,
) => Promise<void>

/** The parts of the API. `authenticate` decides on the keys of the public listener. */
export type Management = {
  readonly authenticate: Authenticate
  readonly findResource: FindResource
  readonly repeatCall: RepeatCall
}

export type AnswerCallOptions = Management & {
  readonly clientOf: ClientOf
  readonly openAudit: OpenAudit
  readonly answerError: AnswerError
}

/**
 * Answers calls of the management API. The key is checked first, for every path and method: without one, a client learns
 * nothing, and no body is read.
 */
export function createAnswerCall(options: AnswerCallOptions): AnswerCall {
  const { authenticate, findResource, repeatCall, clientOf, openAudit, answerError } = options

  return async function answerCall(req, res, record) {
    record.route = 'api'
    const audit = openAudit(req, res, record)
    try {
      const client = clientOf(req)
      const caller = await authenticate(req, client)
      audit.caller = caller.name
      await answerPermitted({ req, res, record, audit, caller, client })
    } catch (error) {
      answerError(error, record, res)
    }
  }

  async function answerPermitted(context: Context): Promise<void> {
    const { req, res, record, audit, caller } = context
    const { path, query } = readTarget(req.url ?? '')
    const resource = findResource(path)
    const entry = resource.entryOf(req.method ?? '')
    if (entry === undefined) return refuseMethod(res, record, resource.methods)
    const { name, route, handle } = entry
    audit.operation = name
    audit.target = [...resource.parameters.values()].join('/')
    record.route = `api:${name}`
    requireScope(caller, entry)
    const parameters = readParameters(resource.parameters)
    const { id } = parameters as { readonly id?: ImageId }
    if (id !== undefined) record.id = id
    const call = {
      parameters,
      query: readQuery(query, route),
      body: await readBody(req, route),
      req,
      caller: caller.name,
      client: context.client,
      signal: clientGone(res),
    }
    const answer = await repeatCall(call as Call, () => handle(call as Call))
    sendAnswer(answer, answer.status ?? route.status, record, context)
  }
}

type Context = {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly record: RequestRecord
  readonly audit: AuditEntry
  readonly caller: Caller
  readonly client: string
}

function requireScope({ scopes }: Caller, { route: { scope } }: Entry): void {
  if (scope === undefined || scopes.includes(scope)) return
  throw new AppError('SCOPE_MISSING', `The API key needs the scope "${scope}".`)
}

/** Answers as if there were no API, because no key is configured. */
export function createAnswerWithoutKeys(answerError: AnswerError): AnswerCall {
  return async (_req, res, record) => {
    answerError(new AppError('ROUTE_NOT_FOUND', 'There is no such route.'), record, res)
  }
}
