import type { Logger } from '@iaas/common/log'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { TokenStore } from '@iaas/common/ports/token-store'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import type { ApiConfig } from './config.ts'
import type { Facts } from './facts/find-facts.ts'
import { type CreateOriginal, createCreateOriginal } from './create-original.ts'
import { type IssueToken, createIssueToken } from './issue-token.ts'
import { type ClientOf, createClientOf } from './limits/client-of.ts'
import type { Limits } from './limits/create-limits.ts'
import { type StoreOriginal, createStoreOriginal } from './store-original.ts'
import { createUploadAdmission } from './upload/admission.ts'
import { createKeepUpload } from './upload/keep-upload.ts'
import type { ReceiveLimits } from './upload/receive-image.ts'
import { type UploadTimes, toUploadTimes } from './upload/times.ts'
import { slowestPace } from './upload/watch-pace.ts'

export type UploadsOptions = {
  readonly config: ApiConfig
  readonly tokens: TokenStore
  readonly originals: OriginalStore
  readonly focalPoints: FocalStore
  readonly renderer: PreparingRenderer
  readonly facts: Facts
  readonly limits: Limits
  readonly log: Logger
}

export type Uploads = {
  readonly storeOriginal: StoreOriginal
  readonly createOriginal: CreateOriginal
  readonly issueToken: IssueToken
  readonly receiveLimits: ReceiveLimits
  readonly times: UploadTimes
  readonly clientOf: ClientOf
}

/** Combines everything that handles uploads, from the token to the kept original. */
export function wireUploads(options: UploadsOptions): Uploads {
  const { config, tokens, originals, focalPoints, renderer, facts, limits, log } = options
  const { admission, time } = config.upload
  const receiveLimits = { maxBytes: config.constraints.maxUploadBytes, time, pace: slowestPace }
  const times = toUploadTimes(config, receiveLimits)
  const intake = {
    tokens,
    originals,
    admission: createUploadAdmission(admission, () => originals.space()),
    keepUpload: createKeepUpload({ tokens, originals, focalPoints, renderer, facts }),
    longestKeepMs: times.keepMs,
    log,
  }
  return {
    storeOriginal: createStoreOriginal(intake),
    createOriginal: createCreateOriginal(intake),
    issueToken: createIssueToken({
      tokens,
      originals,
      secrets: config.tokenSecrets,
      wrongSecrets: limits.wrongSecrets,
    }),
    receiveLimits,
    times,
    clientOf: createClientOf(config.limits.trustedProxies),
  }
}
