import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Results, Task, TaskKind, ToChild, WorkerSettings } from '../protocol.ts'
import { type Bounds, beginProgram } from './begin-program.ts'
import { ChildCrashedError, type RunOptions, runTask } from './run-task.ts'

export type RenderChild = {
  readonly pid: number | undefined
  /** False once the child has ended or was told to. */
  readonly isAlive: boolean
  /** Resolves once the child has ended. */
  readonly ended: Promise<void>
  /**
   * Runs a task; a child runs one at a time. At the timeout or on abort, kills the child: nothing else stops a decoder.
   *
   * @throws AppError as the task does; ChildCrashedError; ChildLateError; ChildTooLargeError; the reason of the signal
   */
  run(task: Task, options: RunOptions): Promise<Results[TaskKind]>
  /** Kills the child and resolves once it is gone. */
  kill(): Promise<void>
}

/** Tests run the sources, which a child on Node 20 cannot, so the compiled file is used either way. */
const childFile = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/worker/main.js' : '../worker/main.js',
    import.meta.url,
  ),
)

/**
 * The environment of a child holds no secrets of the service. The settings of glibc: one arena, and the buffers of an
 * image (up to 32 MiB) are kept for the next one (up to 64 MiB) instead of being returned to the system and requested
 * again, which takes a twentieth of a small render and more memory. Other C libraries ignore them.
 */
const childEnvironment = {
  VIPS_BLOCK_UNTRUSTED: '1',
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: `${32 * 2 ** 20}`,
  MALLOC_TRIM_THRESHOLD_: `${64 * 2 ** 20}`,
  UV_THREADPOOL_SIZE: '4',
}

/** Timeout of a start, ms: a process that takes longer never starts. */
const longestStartMs = 60_000

/** Starts a process that decodes images. The caller ends it with `kill()`; it also ends with its parent. */
export function startRenderChild(bounds: Bounds, settings: WorkerSettings): RenderChild {
  const child = fork(childFile, [], {
    ...beginProgram(bounds),
    env: childEnvironment,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const message: ToChild = { kind: 'settings', settings }
  // A child that could not be started is reported by `ended`.
  child.send(message, () => {})
  let isAlive = true
  const ended = endOf(child).finally(() => (isAlive = false))

  const isReady = new Promise((resolve) => child.once('message', resolve))
  const late = setTimeout(() => child.kill('SIGKILL'), longestStartMs)
  const started = Promise.race([isReady, ended]).finally(() => clearTimeout(late))

  async function kill(): Promise<void> {
    isAlive = false
    child.kill('SIGKILL')
    await ended
  }

  return {
    get pid() {
      return child.pid
    },
    get isAlive() {
      return isAlive
    },
    ended,
    async run(task, options) {
      await started
      options.signal?.throwIfAborted()
      if (!isAlive) throw new ChildCrashedError()
      return runTask(child, task, options, () => void kill())
    },
    kill,
  }
}

/** Resolves when the child ends. A child that could not be started emits no `exit`. */
function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.on('error', () => {
      if (child.pid === undefined) resolve()
    })
  })
}
