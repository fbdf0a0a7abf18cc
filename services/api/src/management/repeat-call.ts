import { hash, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { AppError } from '@iaas/common/errors'
import type { RepeatableCall, RepeatableCalls } from '@iaas/common/ports/repeatable-calls'
import type { Answer, Call } from './call.ts'

/** Does the work of a call once, however often its caller repeats it with the same `Idempotency-Key`. */
export type RepeatCall = (call: Call, work: () => Promise<Answer>) => Promise<Answer>

/** Seconds after which a repetition of a running call is asked for. */
const retryAfterSeconds = 1

/** Follows draft-ietf-httpapi-idempotency-key-header. A failed call is not kept: it may be repeated with the same key. */
export function createRepeatCall(calls: Omit<RepeatableCalls, 'sweep'>): RepeatCall {
  return async function repeatCall(call, work) {
    const key = readKey(call.req)
    if (call.req.method !== 'POST' || key === undefined) return work()
    const attempt = { caller: call.caller, key, fingerprint: digestOf(call), attempt: randomUUID() }
    const begun = await calls.begin(attempt)
    if (typeof begun === 'object') return begun.answer as Answer
    if (begun === 'other') {
      throw new AppError(
        'IDEMPOTENCY_KEY_REUSED',
        'The "Idempotency-Key" was sent with another request within the last day.',
      )
    }
    if (begun === 'running') {
      throw new AppError(
        'CALL_RUNNING',
        'The call with this "Idempotency-Key" has not ended yet.',
        {
          retryAfterSeconds,
        },
      )
    }
    return runOnce(attempt, work)
  }

  async function runOnce(attempt: RepeatableCall, work: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await work()
      await calls.keep(attempt, { ...answer })
      return answer
    } catch (error) {
      // If this fails as well, the call counts as running for two minutes.
      await calls.forget(attempt).catch(() => {})
      throw error
    }
  }
}

/** @throws AppError INVALID_REQUEST */
function readKey({ headers }: IncomingMessage): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined || (typeof key === 'string' && /^[\x20-\x7e]{1,255}$/.test(key))) return key
  throw new AppError(
    'INVALID_REQUEST',
    'The "Idempotency-Key" must have 1 to 255 characters of ASCII.',
  )
}

function digestOf({ req, body }: Call): string {
  return hash('sha256', JSON.stringify([req.url, body]))
}
