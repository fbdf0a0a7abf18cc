import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { AppError } from '@iaas/common/errors'
import type { FromChild, Results, Task, TaskKind, TaskLimits, ToChild } from '../protocol.ts'

/** A child that ended under its task, by itself or by a signal from outside. */
export class ChildCrashedError extends Error {
  override readonly name = 'ChildCrashedError'
}

export type RunOptions = {
  readonly limits: TaskLimits
  /** How long the child may take, without what it waits for in `admit`, ms; 0: no limit. */
  readonly timeoutMs: number
  /** What the task fails with when it is late. */
  readonly onLate: () => Error
  /** Resolves when that many bytes may be taken. */
  readonly admit: (bytes: number) => Promise<void>
  readonly signal: AbortSignal | undefined
}

export type RenderChild = {
  readonly pid: number | undefined
  /** false once it has ended, or was told to. */
  readonly isAlive: boolean
  /**
   * Gives it a task; it has no other. Late or aborted, the child is killed: nothing else ends a decoder.
   *
   * @throws AppError as the task does; ChildCrashedError; what `onLate` makes; the reason of the signal
   */
  run(task: Task, options: RunOptions): Promise<Results[TaskKind]>
  /** Kills it, and resolves once it is gone. */
  kill(): Promise<void>
}

/** Tests run the sources, which no child of Node 20 can: it takes the compiled file either way. */
const childFile = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/child/main.js' : '../child/main.js',
    import.meta.url,
  ),
)

/** No secret of the service is in a child's environment. */
const childEnvironment = {
  VIPS_BLOCK_UNTRUSTED: '1',
  MALLOC_ARENA_MAX: '2',
  UV_THREADPOOL_SIZE: '4',
}

/** Starts a process that decodes pictures. The caller ends it with `kill()`; it ends by itself with its parent. */
export function startRenderChild(): RenderChild {
  const child = fork(childFile, [], {
    env: childEnvironment,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  let isAlive = true
  const exited = once(child, 'exit').then(
    () => (isAlive = false),
    () => (isAlive = false),
  )

  async function kill(): Promise<void> {
    isAlive = false
    child.kill('SIGKILL')
    await exited
  }

  return {
    get pid() {
      return child.pid
    },
    get isAlive() {
      return isAlive
    },
    kill,
    run: (task, options) => runTask(child, task, options, () => void kill()),
  }
}

function runTask(
  child: ChildProcess,
  task: Task,
  options: RunOptions,
  kill: () => void,
): Promise<Results[TaskKind]> {
  const { limits, timeoutMs, onLate, admit, signal } = options
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const settle = () => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onEnd).off('error', onEnd)
      signal?.removeEventListener('abort', onAbort)
    }
    const endWith = (error: unknown) => {
      settle()
      kill()
      reject(error)
    }
    const startTimer = () => {
      if (timeoutMs > 0) timer = setTimeout(() => endWith(onLate()), timeoutMs)
    }
    const onAbort = () => endWith(signal?.reason)
    const onEnd = () => endWith(new ChildCrashedError('A render child ended under its task.'))
    const goOn = () => {
      startTimer()
      send(child, { kind: 'proceed' })
    }
    const onCost = (bytes: number) => {
      clearTimeout(timer)
      void admit(bytes).then(goOn, endWith)
    }
    const onMessage = (message: FromChild) => {
      if (message.kind === 'cost') return onCost(message.bytes)
      settle()
      if (message.kind === 'done') return resolve(message.result)
      reject(new AppError(message.code, message.message))
    }
    child.on('message', onMessage).once('exit', onEnd).once('error', onEnd)
    signal?.addEventListener('abort', onAbort, { once: true })
    startTimer()
    send(child, { kind: 'task', task, limits })
  })
}

/** A child that is gone is noticed by its exit. */
function send(child: ChildProcess, message: ToChild): void {
  child.send(message, () => {})
}
