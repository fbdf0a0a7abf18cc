import type { ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { ErrorCode } from '@iaas/common/errors'
import type { ImageId } from '@iaas/common/image'
import type { Response } from 'express'
import type { Socket } from 'node:net'
import type { Timing } from './timing.ts'

export type Outcome =
  | 'hit'
  | 'miss'
  | 'coalesced'
  | 'spool'
  | 'proxied'
  | 'bounded'
  | 'original'
  | 'facts'
  | 'head'
  | 'not-modified'
  | 'upload'
  | 'token'
  | 'api'
  | 'error'
  | 'other'

/** `api:` is followed by the name of a route of the management API; `api`: the call has none, or no key. */
export type RouteName =
  | 'image'
  | 'original'
  | 'facts'
  | 'upload'
  | 'token'
  | 'variants'
  | 'objects'
  | 'api'
  | `api:${string}`
  | 'other'

/** Facts about a request, and what its handlers report to its log line and the metrics. */
export type RequestRecord = {
  readonly requestId: string
  /** On the clock of `performance.now()`. */
  readonly startedAt: number
  readonly socket: Socket
  /** Bytes that its connection had sent before it. */
  readonly bytesBefore: number
  route: RouteName
  outcome: Outcome
  errorCode?: ErrorCode
  /** Id of the requested image. */
  id?: ImageId
  /** Spans until the answer was known. */
  timing?: Timing
  /** Time at which the answer was known, on the clock of `performance.now()`. */
  answeredAt?: number
}

/** Status in the log of a request whose client left early. */
export const clientLeft = 499

/** Returns the status of a closed answer. */
export function statusOf(res: ServerResponse): number {
  return res.writableFinished ? res.statusCode : clientLeft
}

/** Returns the record of a request that Express handles. */
export function recordOf(res: Response): RequestRecord {
  return res.locals as RequestRecord
}

/** Records the outcome of a request and its spans. */
export function noteAnswer(record: RequestRecord, outcome: Outcome, timing?: Timing): void {
  record.answeredAt ??= performance.now()
  record.outcome = outcome
  if (timing !== undefined) record.timing = timing
}
