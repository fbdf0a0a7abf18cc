/**
 * Bounds that no operator sets. Memory: a sixteenth of what the examples give a container of an api, for each kind of bytes
 * that it holds.
 */
export const capacities = {
  /** Targets whose link is at hand. Their texts take some 20 MB. */
  knownTargets: 100_000,
  /** Links in the memory of a process. */
  links: 200_000,
  /** Bytes of answers that clients have not taken yet. */
  unsentBytes: 64 * 2 ** 20,
  /** Bytes that are read from the spool at once, before they are part of an answer. */
  spoolBytes: 64 * 2 ** 20,
  /** Renditions on their way into the spool or the store. */
  pendingPersists: 256,
  /** Bytes of these renditions. */
  pendingBytes: 64 * 2 ** 20,
  /** Connections to the variant store, in addition to those of proxied hits. */
  otherStoreConnections: 4,
} as const

/** Durations that no operator sets, ms. */
export const durations = {
  /** The TTL of a link in memory and in Redis: one after the other, they forget a link within a minute of its row's end. */
  linkTtl: 25_000,
  /** How long an answer waits for the object of a proxied hit; a render is always possible instead. */
  readObject: 1000,
  /** How long a read of the spool waits for room. */
  spoolWait: 2000,
  /** How long a proxied answer keeps its place if all are taken. */
  proxiedGrace: 5000,
  /** How long renditions may take into the spool and the queue when the api ends. */
  persistDrain: 5000,
  /** When a rendition that still waits in the spool is queued again. */
  reschedule: 60_000,
  /** How often the queue is offered again what it did not take. */
  persistRetry: 2000,
  /** The TTL of the count of an original's variants. */
  variantCount: 60_000,
  /** How long a process waits for another that renders the same variant. A lease that is renewed is worth waiting for. */
  renderLeaseWait: 10_000,
  /** The TTL of a lease: how long a process that is gone keeps others waiting. A busy process renews it late. */
  renderLease: 3000,
  /** What an upload takes beside its body and its check: the database and the disk. */
  recordUpload: 10_000,
  /** The longest that a request other than an upload may take to arrive. */
  request: 75_000,
  /** What the server allows an upload beyond the limits of its body. */
  uploadSlack: 15_000,
  /** How long an upload could take to arrive in earlier releases. */
  legacyUpload: 60_000,
  /** The age of a temporary file whose process is gone. */
  temporaryFile: 10 * 60_000,
  sweepInterval: 60_000,
  /** What requests in flight may still take when the api ends. */
  drain: 25_000,
} as const
