import { AppError } from '@iaas/common/errors'
import type { Renderer } from '@iaas/common/ports/renderer'
import type { Results, Task, TaskKind } from '../protocol.ts'
import { type Admission, createAdmission } from './admission.ts'
import { createQuarantine } from './quarantine.ts'
import { ChildCrashedError, type RenderChild, startRenderChild } from './render-child.ts'

export type RenderPoolOptions = {
  /** Pictures decoded at once. */
  readonly concurrency: number
  readonly queueLimit: number
  readonly queueTimeoutMs: number
  readonly memoryBudgetBytes: number
  /** The longest render, ms; 0: no limit. */
  readonly timeoutMs: number
  /** The longest check of an upload, ms. */
  readonly intakeTimeoutMs: number
  readonly maxInputPixels: number
  readonly maxOnDiskPixels: number
  readonly blurSigma: number
}

export type RenderPoolStats = {
  readonly inFlight: number
  readonly waiting: number
  readonly quarantined: number
  /** The process ids of the children. */
  readonly children: readonly number[]
}

export type RenderPool = Renderer & AsyncDisposable & { stats(): RenderPoolStats }

/** A crash may be the fault of whatever ran before, or of the machine: it is tried once more. */
const attempts = 2

/** Every running task begins with this much of the memory budget, bytes; one that is dearer asks for its whole cost. */
const allowanceBytes = 96 * 1024 * 1024

/** Decodes pictures in children of this process, which the caller ends by disposing of the pool. */
export function createRenderPool(options: RenderPoolOptions): RenderPool {
  const { concurrency, queueLimit, queueTimeoutMs, memoryBudgetBytes } = options
  const slots = createAdmission({ capacity: concurrency, queueLimit, queueTimeoutMs })
  const memory = createAdmission({
    capacity: memoryBudgetBytes,
    queueLimit: concurrency,
    queueTimeoutMs,
  })
  const quarantine = createQuarantine()
  const children = new Set<RenderChild>()
  const idle: RenderChild[] = []

  function takeChild(): RenderChild {
    for (let child = idle.pop(); child !== undefined; child = idle.pop()) {
      if (child.isAlive) return child
      children.delete(child)
    }
    const child = startRenderChild()
    children.add(child)
    return child
  }

  function giveBack(child: RenderChild): void {
    if (child.isAlive) idle.push(child)
    else children.delete(child)
  }

  async function attempt(task: Task, signal?: AbortSignal): Promise<Results[TaskKind]> {
    const share = createMemoryShare(memory, memoryBudgetBytes)
    const child = takeChild()
    try {
      await share.enter(Math.min(allowanceBytes, memoryBudgetBytes), signal)
      const { maxInputPixels, maxOnDiskPixels, blurSigma } = options
      return await child.run(task, {
        limits: { maxInputPixels, maxOnDiskPixels, blurSigma, allowance: allowanceBytes },
        timeoutMs: task.kind === 'render' ? options.timeoutMs : options.intakeTimeoutMs,
        onLate: () => lateError(task),
        admit: (bytes) => share.enter(bytes, signal),
        signal,
      })
    } finally {
      share.leave()
      giveBack(child)
    }
  }

  /** A crash is tried once more, on another child; what kills its child again and again is kept out. */
  async function runTask(task: Task, signal?: AbortSignal): Promise<Results[TaskKind]> {
    for (let left = attempts; ; left -= 1) {
      quarantine.check(task)
      try {
        return await attempt(task, signal)
      } catch (error) {
        const isCrash = error instanceof ChildCrashedError
        if (isCrash || isLate(error)) quarantine.note(task)
        if (!isCrash) throw error
        if (left <= 1)
          throw new AppError('RENDER_FAILED', 'The image could not be decoded.', { cause: error })
      }
    }
  }

  async function run<Kind extends TaskKind>(
    task: Extract<Task, { kind: Kind }>,
    signal?: AbortSignal,
  ): Promise<{ readonly result: Results[Kind]; readonly queueMs: number; readonly ms: number }> {
    const startedAt = performance.now()
    const leave = await slots.enter(1, signal)
    const enteredAt = performance.now()
    try {
      const result = (await runTask(task, signal)) as Results[Kind]
      return { result, queueMs: enteredAt - startedAt, ms: performance.now() - enteredAt }
    } finally {
      leave()
    }
  }

  return {
    async inspect(path, signal) {
      return (await run<'inspect'>({ kind: 'inspect', path }, signal)).result
    },
    async render(job, signal) {
      const { result, queueMs, ms } = await run<'render'>({ kind: 'render', ...job }, signal)
      return result.kind === 'rendered' ? { ...result, timing: { queueMs, renderMs: ms } } : result
    },
    async takeIn(job, signal) {
      return (await run<'take-in'>({ kind: 'take-in', ...job }, signal)).result
    },
    stats: () => ({
      inFlight: slots.inside,
      waiting: slots.waiting,
      quarantined: quarantine.size,
      children: [...children].flatMap(({ pid, isAlive }) => (isAlive && pid ? [pid] : [])),
    }),
    async [Symbol.asyncDispose]() {
      await Promise.all([...children].map((child) => child.kill()))
    },
  }
}

type MemoryShare = {
  /** Takes this share instead of what it had before. */
  enter(bytes: number, signal?: AbortSignal): Promise<void>
  leave(): void
}

/** What a task holds of the memory budget. It gives back before it asks for more: two that hold and wait would block. */
function createMemoryShare(memory: Admission, budget: number): MemoryShare {
  let leave: (() => void) | undefined
  return {
    async enter(bytes, signal) {
      leave?.()
      leave = undefined
      if (bytes > budget) {
        throw new AppError('IMAGE_TOO_LARGE', 'The image takes more memory than a render may have.')
      }
      leave = await memory.enter(bytes, signal)
    },
    leave: () => leave?.(),
  }
}

class LateError extends AppError {}

function lateError(task: Task): AppError {
  return task.kind === 'render'
    ? new LateError('RENDER_TIMEOUT', 'The render took longer than it may.')
    : new LateError('IMAGE_TOO_COSTLY', 'The image takes too long to be decoded.')
}

function isLate(error: unknown): boolean {
  return error instanceof LateError
}
