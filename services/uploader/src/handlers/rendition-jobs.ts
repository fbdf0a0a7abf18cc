import { renditionDigest } from '@iaas/common/digest'
import { putObjectJob, recordLinkJob } from '@iaas/common/jobs/store-rendition'
import type { ObjectKeys } from '@iaas/common/object-keys'
import type { WaitingRendition } from '@iaas/common/ports/persistence'
import { type JobHandler, createJobHandler } from '../job-handler.ts'
import type { GiveUp } from './give-up.ts'
import type { PutObject } from './put-object.ts'
import type { RecordLink } from './record-link.ts'

const fencedMessage = 'rendition not linked: its original was changed meanwhile'

export type RenditionWork = {
  readonly keys: Pick<ObjectKeys, 'of'>
  readonly putObject: PutObject
  readonly recordLink: RecordLink
  readonly giveUp: GiveUp
}

/** Returns the handlers of the jobs that store a rendition. */
export function createRenditionJobs(work: RenditionWork): readonly JobHandler[] {
  const { keys, putObject, recordLink, giveUp } = work
  const rendition = {
    giveUp: (payload: WaitingRendition) =>
      giveUp({ digest: renditionDigest(payload), renderedAt: payload.renderedAt }),
    describe: (payload: WaitingRendition) => ({
      id: payload.variant.id,
      key: keys.of(payload),
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
      handle: (payload, attempt) => recordLink(payload, attempt),
      // A rendition is stored once its last job succeeds, so only that job writes a line.
      doneMessage: (outcome) => (outcome === 'fenced' ? fencedMessage : 'rendition stored'),
    }),
  ]
}
