import type { JobKind } from './define-job.ts'
import { putObjectJob, recordLinkJob } from './store-rendition.ts'

/** Identifies a kind of job. */
export type JobName = Pick<JobKind<never>, 'name' | 'queue'>

/** Every kind of job. An uploader refuses to start without a handler for each. */
export const jobKinds: readonly JobName[] = [putObjectJob, recordLinkJob]
