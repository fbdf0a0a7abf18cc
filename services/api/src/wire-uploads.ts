import type { Logger } from '@iaas/common/log'
import type { FocalStore } from '@iaas/common/ports/focal-store'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { PreparingRenderer } from '@iaas/rendering/copies/copying-renderer'
import type { ApiConfig } from './config.ts'
import type { Facts } from './facts/find-facts.ts'
import { durations } from './capacities.ts'
import { type CreateOriginal, createCreateOriginal } from './create-original.ts'
import { type IssuePermit, createIssuePermit } from './issue-permit.ts'
import { type IssueToken, createIssueToken } from './issue-token.ts'
import { type ClientOf, createClientOf } from './limits/client-of.ts'
import type { Limits } from './limits/create-limits.ts'
import type { LedgerKeeper } from './ledger/keep-ledger.ts'
import { type ReplaceOriginal, createReplaceOriginal } from './replace-original.ts'
import { type RestoreOriginal, createRestoreOriginal } from './restore-original.ts'
import { type StoreOriginal, createStoreOriginal } from './store-original.ts'
import { createUploadAdmission } from './upload/admission.ts'
import { createAwaitEffect } from './upload/await-effect.ts'
import { createCreatingClaims } from './upload/creating-claims.ts'
import { createKeepUpload } from './upload/keep-upload.ts'
import { createPutOriginal } from './upload/put-original.ts'
import type { ReceiveLimits } from './upload/receive-image.ts'
import { createReplacingClaims } from './upload/replacing-claims.ts'
import { type UploadTimes, toUploadTimes } from './upload/times.ts'
import { slowestPace } from './upload/watch-pace.ts'
import type { Stores } from './wire-stores.ts'

export type UploadsOptions = {
  readonly config: ApiConfig
  readonly stores: Pick<Stores, 'tokens' | 'replacements' | 'raises'>
  readonly originals: OriginalStore
  readonly focalPoints: FocalStore
  readonly renderer: PreparingRenderer
  readonly facts: Facts
  readonly ledgerKeeper: LedgerKeeper
  readonly limits: Limits
  readonly log: Logger
}

export type Uploads = {
  readonly storeOriginal: StoreOriginal
  readonly createOriginal: CreateOriginal
  readonly replaceOriginal: ReplaceOriginal
  readonly restoreOriginal: RestoreOriginal
  readonly issueToken: IssueToken
  readonly issuePermit: IssuePermit
  readonly receiveLimits: ReceiveLimits
  readonly times: UploadTimes
  /** Removes tokens and claims that have expired. */
  readonly sweepTokens: (signal: AbortSignal) => Promise<void>
  readonly clientOf: ClientOf
}

/** Combines everything that handles uploads, from the token to the kept original. */
export function wireUploads(options: UploadsOptions): Uploads {
  const { config, stores, originals, renderer, facts, ledgerKeeper, limits, log } = options
  const { tokens, replacements, raises } = stores
  const { admission, time } = config.upload
  const receiveLimits = { maxBytes: config.constraints.maxUploadBytes, time, pace: slowestPace }
  const times = toUploadTimes(config, receiveLimits)
  const longestMs = durations.replacementEffect
  const awaitEffect = createAwaitEffect({ epochs: raises, longestMs, log })
  const parts = { tokens, replacements, originals, putOriginal: createPutOriginal(options), log }
  const intake = {
    creating: createCreatingClaims(parts),
    replacing: createReplacingClaims({ ...parts, awaitEffect }),
    originals,
    admission: createUploadAdmission(admission, () => originals.space()),
    keepUpload: createKeepUpload({ originals, renderer, facts, ledgerKeeper }),
    longestKeepMs: times.keepMs,
  }
  const issuePermit = createIssuePermit({ tokens, replacements, originals })
  return {
    storeOriginal: createStoreOriginal(intake),
    createOriginal: createCreateOriginal(intake),
    replaceOriginal: createReplaceOriginal(intake),
    restoreOriginal: createRestoreOriginal({ ...intake, renderer, ledgerKeeper }),
    issuePermit,
    issueToken: createIssueToken({
      issuePermit,
      secrets: config.tokenSecrets,
      wrongSecrets: limits.wrongSecrets,
    }),
    async sweepTokens(signal) {
      await tokens.sweep(times.usualLeaseMs, signal)
      await replacements.sweep(signal)
    },
    receiveLimits,
    times,
    clientOf: createClientOf(config.limits.trustedProxies),
  }
}
