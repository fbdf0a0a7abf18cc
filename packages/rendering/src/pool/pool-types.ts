import type { ErrorCode } from '@iaas/common/errors'
import type { Copier, Renderer } from '@iaas/common/ports/renderer'
import type { TaskKind } from '../protocol.ts'
import type { EncoderOptions } from '../steps/step.ts'
import type { LossReason } from './lost-children.ts'
import type { ReadMemory } from './watch-memory.ts'

export type RenderPoolOptions = {
  /** Pictures decoded at once. */
  readonly concurrency: number
  /** Whether each child is kept to a core of its own, where there is one for each. */
  readonly ownCores: boolean
  readonly queueLimit: number
  /** The longest wait for a child, and then for memory, ms. */
  readonly queueTimeoutMs: number
  readonly memoryBudgetBytes: number
  /** Whether it stands in for a renderer that may have more: what is too costly here is to come again. */
  readonly isStandIn?: boolean
  /** The longest render, ms; 0: no limit. */
  readonly timeoutMs: number
  /** The longest check of an upload, ms. */
  readonly ingestTimeoutMs: number
  readonly maxInputPixels: number
  readonly maxOnDiskPixels: number
  readonly blurSigma: number
  readonly encoders: EncoderOptions
  /** From how many pixels on a working copy pays. */
  readonly minCopiedPixels: number
  readonly events?: RenderPoolEvents
  /** How the memory of a child is read; of the system, but in tests. */
  readonly readMemory?: ReadMemory
}

/** What there is to count. A listener must not throw. */
export type RenderPoolEvents = {
  /** A task is over: how it ended, and how long it took with its time in the queue, ms. */
  task(kind: TaskKind, outcome: 'done' | 'aborted' | ErrorCode, ms: number): void
  /** A child was lost under its task. */
  childLost(reason: LossReason): void
}

export type RenderPoolStats = {
  readonly inFlight: number
  readonly waiting: number
  readonly quarantined: number
  /** What the tasks in flight take of the memory budget, by estimate. */
  readonly memoryBytes: number
  /** The process ids of the children. */
  readonly children: readonly number[]
  /** How many of them have been started so far. */
  readonly started: number
}

/** Like any renderer, but a render that has begun goes on for a moment once its signal aborts, and may resolve all the same. */
export type RenderPool = Renderer & Copier & AsyncDisposable & { stats(): RenderPoolStats }
