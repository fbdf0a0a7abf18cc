import { existsSync } from 'node:fs'
import { type OwnCore, shell } from './cores.ts'

export type Bounds = {
  /** undefined: any core. */
  readonly own: OwnCore | undefined
  /** The most memory that the program gets from the system, bytes. */
  readonly mostDataBytes: number
}

/** V8 keeps a heap of its own for each of its threads, which have next to nothing to do in a child: 6 MiB. */
const engineOptions = ['--single-threaded']

/**
 * How Node is begun within bounds. The shell becomes Node: the process stays the same. Where the system does not let it be
 * kept to a core, or has taken that core away meanwhile, it goes where it likes. RLIMIT_DATA leaves alone what V8 and
 * WebAssembly only reserve, which RLIMIT_AS does not.
 */
export function beginProgram({ own, mostDataBytes }: Bounds) {
  if (!existsSync(shell)) return { execArgv: engineOptions }
  const core = own === undefined ? '' : `${own.taskset} -c -p ${own.core} $$ >/dev/null 2>&1; `
  const memory = `ulimit -d ${Math.ceil(mostDataBytes / 1024)} 2>/dev/null; `
  return {
    execPath: shell,
    execArgv: ['-c', `${core}${memory}exec "$0" "$@"`, process.execPath, ...engineOptions],
  }
}
