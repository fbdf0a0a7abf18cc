import type { JobKind } from './define-job.ts'
import { purgeJob } from './purge.ts'
import { putObjectJob, recordLinkJob } from './store-rendition.ts'

/** Identifies a kind of job. */
export type JobName = Pick<JobKind<never>, 'name' | 'queue'>

/** The kinds of jobs that store renditions. An uploader refuses to start without a handler for each. */
export const jobKinds: readonly JobName[] = [putObjectJob, recordLinkJob]

/** The kinds of jobs that remove them, which have workers of their own, so that neither waits for the other. */
export const purgeKinds: readonly JobName[] = [purgeJob]
