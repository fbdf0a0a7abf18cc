import type { ChildProcess } from 'node:child_process'
import { AppError } from '@iaas/common/errors'
import {
  type FromChild,
  type Results,
  type Task,
  type TaskKind,
  type TaskLimits,
  type ToChild,
  parseFromChild,
} from '../protocol.ts'
import { type ReadMemory, watchMemory } from './watch-memory.ts'

/** A child that ended under its task, by itself or by a signal from outside, or that talks nonsense. */
export class ChildCrashedError extends Error {
  override readonly name = 'ChildCrashedError'
}

/** A child that was killed because its task took too long. */
export class ChildLateError extends Error {
  override readonly name = 'ChildLateError'
}

/** A child that was killed because it took more memory than its task had reserved. */
export class ChildTooLargeError extends Error {
  override readonly name = 'ChildTooLargeError'
}

/** Nobody reads it: an error made for each task would cost more than the rest of its end. */
const over = new Error('The task is over.')

export type RunOptions = {
  readonly limits: TaskLimits
  /** The memory that the task has reserved when it begins, bytes. */
  readonly reservedBytes: number
  /** How long the child may work, without what it waits for in `admit`, ms; 0: no limit. */
  readonly timeoutMs: number
  /** Resolves when that many bytes may be taken; `ended` aborts when they are no longer wanted. */
  readonly admit: (bytes: number, ended: AbortSignal) => Promise<void>
  readonly signal: AbortSignal | undefined
  /** How long the child may go on once `signal` has aborted, ms: what is nearly done is done. */
  readonly lingerMs?: number
  /** Returns whether the child may be killed then; otherwise the task goes on to its end. */
  readonly mayKill?: () => boolean
  /** How the memory of the child is read; of the system, but in tests. */
  readonly readMemory?: ReadMemory | undefined
}

/** Has a child do a task; see `RenderChild`. `kill` is called where the child is to be ended. */
export function runTask(
  child: ChildProcess,
  task: Task,
  options: RunOptions,
  kill: () => void,
): Promise<Results[TaskKind]> {
  const { limits, timeoutMs, admit, signal, readMemory } = options
  const { lingerMs = 0, mayKill = () => true } = options
  return new Promise((resolve, reject) => {
    // Made for the few tasks that wait for their memory.
    let waiting: AbortController | undefined
    const deadline = createDeadline(timeoutMs, () => fail(new ChildLateError()))
    const memory = watchMemory(child.pid, onOver, readMemory)
    let isWorking = true
    let lingering: NodeJS.Timeout | undefined

    function settle(): void {
      deadline.pause()
      memory.end()
      clearTimeout(lingering)
      waiting?.abort(over)
      child.off('message', onMessage).off('exit', onCrash).off('error', onCrash)
      signal?.removeEventListener('abort', onAbort)
    }
    function fail(error: unknown): void {
      settle()
      // A child that waits for its memory has nothing in its hands yet: it is as good as idle.
      if (isWorking) kill()
      reject(error)
    }
    function onAbort(): void {
      // It has nothing in its hands that is worth anything.
      if (!isWorking || lingerMs === 0) return fail(signal?.reason)
      lingering = setTimeout(() => {
        if (!isWorking || mayKill()) fail(signal?.reason)
      }, lingerMs)
    }
    function onCrash(): void {
      isWorking = true
      fail(new ChildCrashedError())
    }
    function onOver(): void {
      isWorking = true
      fail(new ChildTooLargeError())
    }
    function tell(message: ToChild): void {
      deadline.resume()
      // Its exit may have been told before anybody listened.
      child.send(message, (error) => error && onCrash())
    }
    async function onCost(bytes: number): Promise<void> {
      deadline.pause()
      isWorking = false
      const { signal: ended } = (waiting = new AbortController())
      await admit(bytes, ended)
      if (ended.aborted) return
      signal?.throwIfAborted()
      memory.reserve(bytes)
      isWorking = true
      tell({ kind: 'proceed' })
    }
    function onFailed({ code, message, isUnfinished }: Failed): void {
      if (isUnfinished === true) kill()
      settle()
      reject(new AppError(code, message))
    }
    function onMessage(data: unknown): void {
      const message = parseFromChild(task.kind, data)
      // A child that waits for its memory has nothing to say, and asks for it once.
      if (message === undefined || !isWorking) return onCrash()
      if (message.kind === 'cost') return void onCost(message.bytes).catch(fail)
      if (message.kind === 'failed') return onFailed(message)
      settle()
      resolve(message.result)
    }

    memory.reserve(options.reservedBytes)
    child.on('message', onMessage).once('exit', onCrash).once('error', onCrash)
    signal?.addEventListener('abort', onAbort, { once: true })
    tell({ kind: 'task', task, limits })
  })
}

type Failed = Extract<FromChild, { readonly kind: 'failed' }>

type Deadline = { resume(): void; pause(): void }

/** A timer whose time does not run while it is paused. */
function createDeadline(limitMs: number, onOver: () => void): Deadline {
  let leftMs = limitMs
  let startedAt = 0
  let timer: NodeJS.Timeout | undefined
  return {
    resume() {
      if (limitMs === 0) return
      startedAt = performance.now()
      timer = setTimeout(onOver, Math.max(1, leftMs))
    },
    pause() {
      if (timer === undefined) return
      clearTimeout(timer)
      timer = undefined
      leftMs -= performance.now() - startedAt
    },
  }
}
