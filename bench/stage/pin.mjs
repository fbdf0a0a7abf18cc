import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Whether processes can be kept on a core of their own: the server on the first, what drives it on the others. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

export const serverCore = '0'
export const otherCores = availableParallelism() > 2 ? `1-${availableParallelism() - 1}` : '1'

/** A command that stays on a core; unchanged where that is not asked for, or not possible. */
export function pinned(command, core) {
  return core !== undefined && canPin ? ['taskset', '-c', core, ...command] : command
}
