import type { ErrorCode } from '@iaas/common/errors'
import type { Decoder } from '@iaas/common/ports/decoder'
import type { TaskKind, WorkerSettings } from '../protocol.ts'
import type { LossReason } from './lost-children.ts'
import type { ReadMemory } from './watch-memory.ts'

export type RenderPoolOptions = Omit<
  WorkerSettings,
  'decodeCpuMs' | 'animationCpuMs' | 'mostBytes' | 'allowance'
> & {
  /** Maximum number of images decoded at once. */
  readonly concurrency: number
  /** Pins each child to its own core, if there is one for each. */
  readonly ownCores: boolean
  readonly queueLimit: number
  /** Maximum wait for a child, and again for memory, ms. */
  readonly queueTimeoutMs: number
  readonly memoryBudgetBytes: number
  /**
   * True if this pool stands in for a renderer that may have more memory: an image too costly here may be retried
   * later.
   */
  readonly isStandIn?: boolean
  /** Timeout of a render, ms; 0: no limit. */
  readonly timeoutMs: number
  /** Timeout of an upload check, ms. */
  readonly ingestTimeoutMs: number
  readonly events?: RenderPoolEvents
  /** Reads the memory of a child; replaced in tests only. */
  readonly readMemory?: ReadMemory
}

/** Events for metrics. Listeners must not throw. */
export type RenderPoolEvents = {
  /** A task ended: its outcome, and its duration including its time in the queue, ms. */
  task(kind: TaskKind, outcome: 'done' | 'aborted' | ErrorCode, ms: number): void
  /** A child was lost during its task. */
  childLost(reason: LossReason): void
}

export type RenderPoolStats = {
  readonly inFlight: number
  readonly waiting: number
  readonly quarantined: number
  /** Estimated memory of the tasks in flight, bytes. */
  readonly memoryBytes: number
  /** Process ids of the children. */
  readonly children: readonly number[]
  /** Number of children started so far. */
  readonly started: number
}

/** Like any decoder, but a started render continues for a moment after its signal aborts and may still resolve. */
export type RenderPool = Decoder & AsyncDisposable & { stats(): RenderPoolStats }
