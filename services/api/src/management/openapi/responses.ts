import { type ErrorCode, errorCatalogue } from '@iaas/common/errors'
import { z } from 'zod'
import type { ZodOpenApiResponsesObject } from 'zod-openapi'
import type { Route } from '../contract/define-route.ts'
import { managementErrors } from '../error-dialect.ts'

/** Failures of every route. */
const commonErrors = [
  'INVALID_REQUEST',
  'KEY_WRONG',
  'SCOPE_MISSING',
  'TOO_MANY_ATTEMPTS',
] as const satisfies readonly ErrorCode[]

/** Failures of a POST with an `Idempotency-Key`. */
const repetitionErrors = ['CALL_RUNNING', 'IDEMPOTENCY_KEY_REUSED', 'STORE_UNAVAILABLE'] as const

function errorsOfAll({ method }: Route): readonly ErrorCode[] {
  return method === 'POST' ? [...commonErrors, ...repetitionErrors] : commonErrors
}

const problem = z
  .object({
    type: z.string().meta({ description: 'Names the kind of failure.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'Says what is wrong, and what was expected.' }),
    instance: z.string().meta({ description: 'Identifies the request in the log.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })

const statusTexts = {
  200: 'Success.',
  201: 'Created.',
  202: 'Accepted; the work goes on.',
} as const

/** Describes all answers of a route, by status. */
export function describeResponses(route: Route): ZodOpenApiResponsesObject {
  return { ...describeSuccesses(route), ...describeFailures(route) }
}

function describeSuccesses(route: Route): ZodOpenApiResponsesObject {
  const { method, status, otherStatuses = [], answer } = route
  const entries = [status, ...otherStatuses].map((each) => [
    `${each}`,
    { description: statusTexts[each], content: { 'application/json': { schema: answer } } },
  ])
  const unchanged = { 304: { description: 'The answer has the ETag of `If-None-Match`.' } }
  return { ...Object.fromEntries(entries), ...(method === 'GET' && unchanged) }
}

function describeFailures(route: Route): ZodOpenApiResponsesObject {
  const codes = [...new Set([...errorsOfAll(route), ...route.errors])]
  const statuses = [...new Set(codes.map(statusOf))]
  const entries = statuses.map((status) => [
    `${status}`,
    failure(
      codes
        .filter((code) => statusOf(code) === status)
        .map(describeError)
        .join('\n'),
    ),
  ])
  return { ...Object.fromEntries(entries), 500: failure('An unexpected failure, which is logged.') }
}

function failure(description: string) {
  return { description, content: { 'application/problem+json': { schema: problem } } }
}

function statusOf(code: ErrorCode): number {
  return managementErrors.statuses[code] ?? errorCatalogue[code].status
}

function describeError(code: ErrorCode): string {
  return `- \`${code.toLowerCase().replaceAll('_', '-')}\`: ${errorCatalogue[code].title}.`
}
