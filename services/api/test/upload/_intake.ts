import { createSilentLogger } from '@iaas/common/log'
import type { OriginalStore } from '@iaas/common/ports/original-store'
import type { TokenStore } from '@iaas/common/ports/token-store'
import { createFakeFocalStore } from '@iaas/testing/fakes/focal-store'
import { type StoreOriginal, createStoreOriginal } from '../../src/store-original.ts'
import type { UploadAdmission } from '../../src/upload/admission.ts'
import type { Claims } from '../../src/upload/claims.ts'
import { createCreatingClaims } from '../../src/upload/creating-claims.ts'
import { type KeepUploadOptions, createKeepUpload } from '../../src/upload/keep-upload.ts'
import { createPutOriginal } from '../../src/upload/put-original.ts'

export type IntakeOptions = {
  readonly tokens: TokenStore
  readonly originals: OriginalStore
  readonly admission: UploadAdmission
  readonly renderer: KeepUploadOptions['renderer']
}

const nothing: Claims = {
  isClaimable: async () => false,
  claim: async () => undefined,
  take: () => Promise.reject(new Error('There is nothing to replace.')),
}

/** Takes uploads of new originals, on fakes. */
export function createIntake(options: IntakeOptions): StoreOriginal {
  const { tokens, originals, admission, renderer } = options
  const putOriginal = createPutOriginal({ originals, focalPoints: createFakeFocalStore() })
  const facts = { computeSoon: async () => undefined }
  return createStoreOriginal({
    creating: createCreatingClaims({ tokens, originals, putOriginal, log: createSilentLogger() }),
    replacing: nothing,
    admission,
    keepUpload: createKeepUpload({
      originals,
      renderer,
      facts,
      ledgerKeeper: { settle: async () => {} },
    }),
    longestKeepMs: 1000,
  })
}
