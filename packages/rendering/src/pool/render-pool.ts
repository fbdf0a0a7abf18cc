import { type ErrorCode, isAppError } from '@iaas/common/errors'
import type { Copier, Renderer } from '@iaas/common/ports/renderer'
import { allowanceMiB } from '../fit-memory.ts'
import type { Results, Task, TaskKind } from '../protocol.ts'
import type { EncoderOptions } from '../steps/step.ts'
import { busy, createAdmission } from './admission.ts'
import { createChildSet } from './child-set.ts'
import { findOwnCores } from './cores.ts'
import { createFairAdmission } from './fair-admission.ts'
import { createKillLimit } from './limit-kills.ts'
import { type LossReason, lossError, lossOf } from './lost-children.ts'
import { createMemoryShare } from './memory-share.ts'
import { createQuarantine } from './quarantine.ts'
import { type ReadMemory, mostData } from './watch-memory.ts'

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

/** A crash may be the fault of whatever ran before, or of the machine: it is tried once more. */
export const attempts = 2

/** How long a render goes on whose caller has left, ms: as long as it takes to start another child. Its rendition is stored. */
const lingerMs = 1000

/** How much of the deadline of a render decoding may take at most: the rest is for scaling and encoding. */
const decodeShare = 0.5

/** Decodes pictures in children of this process, which the caller ends by disposing of the pool. */
export function createRenderPool(options: RenderPoolOptions): RenderPool {
  const { concurrency, queueLimit, queueTimeoutMs, memoryBudgetBytes, events } = options
  const { maxInputPixels, maxOnDiskPixels, blurSigma, encoders, minCopiedPixels } = options
  const slots = createFairAdmission({
    capacity: concurrency,
    ingestCapacity: Math.max(1, Math.floor(concurrency / 2)),
    queueLimit,
    maxWaitMs: queueTimeoutMs,
  })
  const memory = createAdmission({
    capacity: memoryBudgetBytes,
    queueLimit: concurrency,
    queueTimeoutMs,
  })
  const quarantine = createQuarantine()
  const kills = createKillLimit()
  const children = createChildSet({
    ownCores: options.ownCores ? findOwnCores(concurrency) : [],
    most: concurrency,
    mostDataBytes: mostData(memoryBudgetBytes),
  })
  const allowance = Math.min(allowanceMiB * 2 ** 20, memoryBudgetBytes)

  async function attempt(
    task: Task,
    client: string,
    signal?: AbortSignal,
  ): Promise<Results[TaskKind]> {
    const share = createMemoryShare(memory, memoryBudgetBytes, options.isStandIn ? busy : undefined)
    const child = children.take()
    try {
      await share.enter(allowance, signal)
      return await child.run(task, {
        limits: {
          maxInputPixels,
          maxOnDiskPixels,
          blurSigma,
          encoders,
          minCopiedPixels,
          decodeCpuMs: options.timeoutMs * decodeShare,
          allowance,
        },
        reservedBytes: allowance,
        timeoutMs: task.kind === 'render' ? options.timeoutMs : options.ingestTimeoutMs,
        admit: (bytes, ended) => share.enter(bytes, ended),
        signal,
        lingerMs: task.kind === 'render' ? lingerMs : 0,
        mayKill: () => kills.take(client),
        readMemory: options.readMemory,
      })
    } finally {
      share.leave()
      children.giveBack(child)
    }
  }

  /**
   * A crash, and too much memory, which may be left over from another task, is tried once more, on another child; what kills
   * its child again and again is kept out.
   */
  async function runTask(
    task: Task,
    client: string,
    signal?: AbortSignal,
  ): Promise<Results[TaskKind]> {
    for (let left = attempts; ; left -= 1) {
      quarantine.check(task)
      try {
        return await attempt(task, client, signal)
      } catch (error) {
        const reason = lossOf(error)
        if (reason === undefined) throw error
        quarantine.note(task)
        events?.childLost(reason)
        if (reason === 'late' || left <= 1) throw lossError(reason, task, error)
      }
    }
  }

  /** A working copy is for later: it takes a child that is idle, and waits in nobody's way. */
  async function enter(kind: TaskKind, client: string, signal?: AbortSignal): Promise<() => void> {
    const lane = kind === 'take-in' ? 'ingest' : 'render'
    if (kind !== 'copy') return slots.enter({ share: 1, lane, client }, signal)
    const leave = slots.tryEnter(1)
    if (leave === undefined) throw busy()
    return leave
  }

  async function run<Kind extends TaskKind>(
    task: Extract<Task, { kind: Kind }>,
    signal?: AbortSignal,
    client = '',
  ): Promise<{ readonly result: Results[Kind]; readonly queueMs: number; readonly ms: number }> {
    const startedAt = performance.now()
    const tell = (outcome: Parameters<RenderPoolEvents['task']>[1]) =>
      events?.task(task.kind, outcome, performance.now() - startedAt)
    try {
      const leave = await enter(task.kind, client, signal)
      const enteredAt = performance.now()
      const result = (await runTask(task, client, signal).finally(leave)) as Results[Kind]
      tell('done')
      return { result, queueMs: enteredAt - startedAt, ms: performance.now() - enteredAt }
    } catch (error) {
      tell(isAppError(error) ? error.code : 'aborted')
      throw error
    }
  }

  return {
    async inspect(path, signal) {
      return (await run<'inspect'>({ kind: 'inspect', path }, signal)).result
    },
    async render({ client, ...job }, signal) {
      const { result, queueMs, ms } = await run<'render'>(
        { kind: 'render', ...job },
        signal,
        client,
      )
      return result.kind === 'rendered' ? { ...result, timing: { queueMs, renderMs: ms } } : result
    },
    async ingest({ client, ...job }, signal) {
      return (await run<'take-in'>({ kind: 'take-in', ...job }, signal, client)).result
    },
    async copy(job, signal) {
      return (await run<'copy'>({ kind: 'copy', ...job }, signal)).result
    },
    stats: () => ({
      inFlight: slots.inside,
      waiting: slots.waiting,
      quarantined: quarantine.size,
      memoryBytes: memory.inside,
      children: children.pids,
      started: children.started,
    }),
    [Symbol.asyncDispose]: () => children[Symbol.asyncDispose](),
  }
}
