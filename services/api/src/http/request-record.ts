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
  | 'head'
  | 'not-modified'
  | 'upload'
  | 'token'
  | 'error'
  | 'other'

export type RouteName = 'image' | 'original' | 'upload' | 'token' | 'variants' | 'other'

/** What is known of a request, and what its handlers tell its log line and the metrics. */
export type RequestRecord = {
  readonly requestId: string
  /** On the clock of `performance.now()`. */
  readonly startedAt: number
  readonly socket: Socket
  /** The bytes that its connection had sent before it. */
  readonly bytesBefore: number
  route: RouteName
  outcome: Outcome
  errorCode?: ErrorCode
  /** The image that it is about. */
  id?: ImageId
  /** Where the time went until the answer was known. */
  timing?: Timing
  /** When the answer was known, on the clock of `performance.now()`. */
  answeredAt?: number
}

/** The record of a request that Express handles. */
export function recordOf(res: Response): RequestRecord {
  return res.locals as RequestRecord
}

/** Notes that the answer is known, what it is, and where the time went until then. */
export function noteAnswer(record: RequestRecord, outcome: Outcome, timing?: Timing): void {
  record.answeredAt ??= performance.now()
  record.outcome = outcome
  if (timing !== undefined) record.timing = timing
}
