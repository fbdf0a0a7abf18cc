import { keptFailedJobs } from '@iaas/common/jobs/retries'
/**
 * Bounds that are not configurable. Memory: a sixteenth of an api's container in the examples, per kind of bytes.
 */
export const capacities = {
  /** Request targets of known links; with the addresses they are answered by, their texts take some 35 MB. */
  knownTargets: 100_000,
  /** Links in the cache of a process. */
  links: 200_000,
  /** Bytes of answers that clients have not read yet. */
  unsentBytes: 64 * 2 ** 20,
  /** Bytes read from the spool that are not yet part of an answer. */
  spoolBytes: 64 * 2 ** 20,
  /** Renditions on their way into the spool or the store. */
  pendingPersists: 256,
  /** Bytes of these renditions. */
  pendingBytes: 64 * 2 ** 20,
  /** Connections to the variant store, in addition to those of proxied hits. */
  otherStoreConnections: 4,
} as const

/** Durations that are not configurable, ms. */
export const durations = {
  /** The TTL of a link in memory and in Redis: one after the other, they forget a link within a minute of its row's end. */
  linkTtl: 25_000,
  /** The TTL of the opacity of an original, which changes only if its id is used again. */
  opacityTtl: 3_600_000,
  /** Timeout for the object of a proxied hit; then the variant is rendered instead. */
  readObject: 1000,
  /** Longest wait of a spool read for room. */
  spoolWait: 2000,
  /** Grace period in which a proxied answer keeps its place. */
  proxiedGrace: 5000,
  /** Time for pending renditions to reach spool and queue when the api ends. */
  persistDrain: 5000,
  /** Age at which a spooled rendition is queued again. */
  reschedule: 60_000,
  /** Interval of retries of refused renditions. */
  persistRetry: 2000,
  /** The TTL of the count of an original's variants. */
  variantCount: 60_000,
  /** Longest wait for another process that renders the same variant and renews its lease. */
  renderLeaseWait: 5000,
  /** The TTL of a lease: how long a process that is gone keeps others waiting. A busy process renews it late. */
  renderLease: 3000,
  /** Time of an upload in addition to its body and its check: the database and the disk. */
  recordUpload: 10_000,
  /** Lease of the claim of a replacement while its file is switched and its links are deleted. */
  switchOriginal: 30_000,
  /** Longest time that the answer to a replacement waits for the other processes. */
  replacementEffect: 1000,
  /** Longest time that the answer to an upload waits for its facts. */
  uploadFacts: 100,
  /** Longest time for a request other than an upload to arrive. */
  request: 75_000,
  /** Time that the server allows an upload beyond the limits of its body. */
  uploadSlack: 15_000,
  /** Longest time for an upload to arrive in earlier releases. */
  legacyUpload: 60_000,
  /** The age of a temporary file whose process is gone. */
  temporaryFile: 10 * 60_000,
  sweepInterval: 60_000,
  /** Interval at which a page of the ledger of originals is settled. */
  settleLedger: 2000,
  /** Time for requests in flight when the api ends. */
  drain: 25_000,
} as const

/** Time for which an unlinked object is kept beyond the last redirect to it that a client may remember, s. */
const keptBeyondSeconds = 3600

/** Returns the time for which the object of a removed link is kept, s. */
export function keptUnlinkedSeconds(config: { readonly redirectCacheTimeout: number }): number {
  return config.redirectCacheTimeout + keptBeyondSeconds
}

const daySeconds = 24 * 3600

/**
 * Returns the age below which an object without a link is no garbage, s: clients may remember a redirect to it, or a failed job
 * may be retried that links it.
 */
export function keptUncollectedSeconds(config: { readonly redirectCacheTimeout: number }): number {
  return Math.max(config.redirectCacheTimeout, keptFailedJobs.age) + daySeconds
}
