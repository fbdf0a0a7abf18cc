import { type ChildProcess, fork } from 'node:child_process'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Results, Task, TaskKind } from '../protocol.ts'
import { type Bounds, beginProgram } from './begin-program.ts'
import { ChildCrashedError, type RunOptions, runTask } from './run-task.ts'

export type RenderChild = {
  readonly pid: number | undefined
  /** false once it has ended, or was told to. */
  readonly isAlive: boolean
  /** Resolves once it has ended. */
  readonly ended: Promise<void>
  /**
   * Gives it a task; it has no other. Late or aborted, the child is killed: nothing else ends a decoder.
   *
   * @throws AppError as the task does; ChildCrashedError; ChildLateError; ChildTooLargeError; the reason of the signal
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

/**
 * No secret of the service is in a child's environment. What glibc is told: one arena, and the buffers of a picture (to
 * 32 MiB) are kept for the next one (to 64 MiB) rather than given back to the system and asked for again, which takes a
 * twentieth of a small render and more memory. Other C libraries do not read it.
 */
const childEnvironment = {
  VIPS_BLOCK_UNTRUSTED: '1',
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: `${32 * 2 ** 20}`,
  MALLOC_TRIM_THRESHOLD_: `${64 * 2 ** 20}`,
  UV_THREADPOOL_SIZE: '4',
}

/** A process that takes longer to start never will, ms. */
const longestStartMs = 60_000

/**
 * Starts a process that decodes pictures. The caller ends it with `kill()`; it ends by itself with its parent.
 */
export function startRenderChild(bounds: Bounds): RenderChild {
  const child = fork(childFile, [], {
    ...beginProgram(bounds),
    env: childEnvironment,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  yieldToAnswers(child)
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

/** A third of the weight of a process at 0: enough to give way, and not to starve on a machine with other work. */
const niceness = 5

/**
 * Decoders take every core there is: what only takes a moment, such as a redirect, must not queue behind them. On Linux
 * this has to come before the child has threads, which inherit it.
 */
function yieldToAnswers({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    setPriority(pid, niceness)
  } catch {
    // It has ended already, or the system knows no such thing: then it works as any other process.
  }
}

/** A child that could not be started tells no exit. */
function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.on('error', () => {
      if (child.pid === undefined) resolve()
    })
  })
}
