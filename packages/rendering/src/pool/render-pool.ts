import { isAppError } from '@iaas/common/errors'
import { allowanceMiB } from '../fit-memory.ts'
import type { Results, Task, TaskKind } from '../protocol.ts'
import { busy, createAdmission } from './admission.ts'
import { createChildSet } from './child-set.ts'
import { findOwnCores } from './cores.ts'
import { createFairAdmission } from './fair-admission.ts'
import { createKillLimit } from './limit-kills.ts'
import { lossError, lossOf } from './lost-children.ts'
import { createMemoryShare } from './memory-share.ts'
import { createQuarantine } from './quarantine.ts'
import { mostData } from './watch-memory.ts'
import type { RenderPool, RenderPoolEvents, RenderPoolOptions } from './pool-types.ts'

/** Number of attempts. A crash may be caused by an earlier task or the machine, so it is retried once. */
export const attempts = 2

/**
 * Time that a render continues after its caller has left, ms: as long as starting another child takes. Its rendition is
 * stored.
 */
const lingerMs = 1000

/** Maximum share of the render timeout for decoding; the rest is for scaling and encoding. */
const decodeShare = 0.5
/** Maximum share of the render timeout for an animation, whose cost is an estimate. */
const animationShare = 0.6

/** Creates a renderer that decodes images in children of this process. The caller disposes of the pool. */
export function createRenderPool(options: RenderPoolOptions): RenderPool {
  const { concurrency, queueLimit, queueTimeoutMs, memoryBudgetBytes, events } = options
  const { maxInputPixels, maxOnDiskPixels, blurSigma, encoders, animation, minCopiedPixels } =
    options
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
  const allowance = Math.min(allowanceMiB * 2 ** 20, memoryBudgetBytes)
  const decodeCpuMs = options.timeoutMs * decodeShare
  const children = createChildSet({
    ownCores: options.ownCores ? findOwnCores(concurrency) : [],
    most: concurrency,
    mostDataBytes: mostData(memoryBudgetBytes),
    settings: {
      maxInputPixels,
      maxOnDiskPixels,
      blurSigma,
      encoders,
      animation,
      minCopiedPixels,
      refusedFormats: options.refusedFormats,
      decodeCpuMs,
      animationCpuMs: options.timeoutMs * animationShare,
      mostBytes: memoryBudgetBytes,
      allowance,
    },
  })

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
   * Runs a task and retries it once on another child after a crash or excessive memory, which an earlier task may have
   * left over. Tasks that keep killing children are quarantined.
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

  /** Enters the pool. Background work takes an idle child and never waits in the queue. */
  async function enter(task: Task, client: string, signal?: AbortSignal): Promise<() => void> {
    const lane = task.kind === 'take-in' ? 'ingest' : 'render'
    const isPatient = task.kind === 'copy' || (task.kind === 'describe' && task.onlyIdle === true)
    if (!isPatient) return slots.enter({ share: 1, lane, client }, signal)
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
      const leave = await enter(task, client, signal)
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
    async inspect(task, signal) {
      return (await run<'inspect'>({ kind: 'inspect', ...task }, signal)).result
    },
    async describe({ client, ...task }, signal) {
      return (await run<'describe'>({ kind: 'describe', ...task }, signal, client)).result
    },
    async render({ client, ...task }, signal) {
      const { result, queueMs, ms } = await run<'render'>(
        { kind: 'render', ...task },
        signal,
        client,
      )
      return result.kind === 'rendered' ? { ...result, timing: { queueMs, renderMs: ms } } : result
    },
    async ingest({ client, ...task }, signal) {
      return (await run<'take-in'>({ kind: 'take-in', ...task }, signal, client)).result
    },
    async copy(task, signal) {
      return (await run<'copy'>({ kind: 'copy', ...task }, signal)).result
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
