import type { ChildProcess } from 'node:child_process'
import { AppError } from '@iaas/common/errors'
import {
  type FromChild,
  type Results,
  type Task,
  type TaskKind,
  type ToChild,
  parseFromChild,
} from '../protocol.ts'
import { type ReadMemory, watchMemory } from './watch-memory.ts'

/** A child that ended during its task, by itself or by a signal from outside, or sent an invalid message. */
export class ChildCrashedError extends Error {
  override readonly name = 'ChildCrashedError'
}

/** A child that was killed because its task timed out. */
export class ChildLateError extends Error {
  override readonly name = 'ChildLateError'
}

/** A child that was killed because it took more memory than its task had reserved. */
export class ChildTooLargeError extends Error {
  override readonly name = 'ChildTooLargeError'
}

/** Shared, because creating an error for each task would cost more than the rest of its end, and nobody reads it. */
const over = new Error('The task is over.')

export type RunOptions = {
  /** Memory reserved by the task when it starts, bytes. */
  readonly reservedBytes: number
  /** Timeout of the child's work, without its waits in `admit`, ms; 0: no limit. */
  readonly timeoutMs: number
  /** Resolves when that many bytes may be used. `ended` aborts when they are no longer needed. */
  readonly admit: (bytes: number, ended: AbortSignal) => Promise<void>
  readonly signal: AbortSignal | undefined
  /** Time that the child may continue after `signal` aborts, ms, to complete work that is nearly done. */
  readonly lingerMs?: number
  /** Returns true if the child may be killed then; otherwise the task continues to its end. */
  readonly mayKill?: () => boolean
  /** Reads the memory of the child; replaced in tests only. */
  readonly readMemory?: ReadMemory | undefined
}

/** Runs a task in a child; see `RenderChild`. Calls `kill` if the child must be ended. */
export function runTask(
  child: ChildProcess,
  task: Task,
  options: RunOptions,
  kill: () => void,
): Promise<Results[TaskKind]> {
  const { timeoutMs, admit, signal, readMemory } = options
  const { lingerMs = 0, mayKill = () => true } = options
  return new Promise((resolve, reject) => {
    // Created only for the few tasks that wait for memory.
    let waiting: AbortController | undefined
    const deadline = createDeadline(timeoutMs, () => fail(new ChildLateError()))
    const memory = watchMemory(child.pid, onOver, readMemory)
    let isWorking = true
    let isSpent = false
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
      // A child that waits for memory has done no work yet: it is as good as idle.
      if (isWorking || isSpent) kill()
      reject(error)
    }
    function onAbort(): void {
      // The child has done no work worth keeping.
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
      // The child may have exited before the listener was added.
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
    function onFailed({ code, message }: Failed): void {
      settle()
      reject(new AppError(code, message))
    }
    function onMessage(data: unknown): void {
      const message = parseFromChild(task.kind, data)
      // A child that waits for memory has nothing to report, and requests it only once.
      if (message === undefined || !isWorking) return onCrash()
      isSpent = message.isSpent === true
      if (message.kind === 'cost') return void onCost(message.bytes).catch(fail)
      if (isSpent) kill()
      if (message.kind === 'failed') return onFailed(message)
      settle()
      resolve(message.result)
    }

    memory.reserve(options.reservedBytes)
    child.on('message', onMessage).once('exit', onCrash).once('error', onCrash)
    signal?.addEventListener('abort', onAbort, { once: true })
    tell({ kind: 'task', task })
  })
}

type Failed = Extract<FromChild, { readonly kind: 'failed' }>

type Deadline = { resume(): void; pause(): void }

/** Creates a timer that does not advance while it is paused. */
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
