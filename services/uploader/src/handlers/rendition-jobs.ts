import { objectKey, variantDigest } from '@iaas/common/digest'
import { putObjectJob, recordLinkJob } from '@iaas/common/jobs/store-rendition'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import { type JobHandler, createJobHandler } from '../job-handler.ts'
import type { GiveUp } from './give-up.ts'
import type { PutObject } from './put-object.ts'
import type { RecordLink } from './record-link.ts'

export type RenditionWork = {
  readonly putObject: PutObject
  readonly recordLink: RecordLink
  readonly giveUp: GiveUp
}

/** Returns the handlers of the jobs that store a rendition. */
export function createRenditionJobs(work: RenditionWork): readonly JobHandler[] {
  const { putObject, recordLink, giveUp } = work
  const rendition = {
    giveUp: ({ variant, renderedAt }: WaitingRendition) =>
      giveUp({ digest: variantDigest(variant), renderedAt }),
    describe: ({ variant, renderedAt }: WaitingRendition) => ({
      id: variant.id,
      key: objectKey(variant, renderedAt),
    }),
  }
  return [
    createJobHandler({
      ...rendition,
      kind: putObjectJob,
      handle: (payload, { signal }) => putObject(payload, signal),
    }),
    createJobHandler({
      ...rendition,
      kind: recordLinkJob,
      handle: (payload, { wasPreceded }) => recordLink(payload, wasPreceded),
      // A rendition is stored once its last job succeeds, so only that job writes a line.
      doneMessage: 'rendition stored',
    }),
  ]
}
