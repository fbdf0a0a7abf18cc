import type { ServerResponse } from 'node:http'
import { setCommonHeaders } from './headers.ts'
import { sendProblem, transportProblem } from './problem.ts'
import type { RequestRecord } from './request-record.ts'

/** Answers 405 with the possible methods. */
export function refuseMethod(
  res: ServerResponse,
  { requestId }: RequestRecord,
  methods: readonly string[],
): void {
  setCommonHeaders(res, requestId)
  const allow = methods.join(', ')
  res.setHeader('Allow', allow)
  const detail = `${res.req.method} is not possible here; possible are ${allow}.`
  sendProblem(res, transportProblem(405, 'Method Not Allowed', detail, requestId))
}
