import { existsSync } from 'node:fs'
import { type OwnCore, shell } from './cores.ts'

export type Bounds = {
  /** undefined: any core. */
  readonly own: OwnCore | undefined
  /** Maximum memory that the program gets from the system, bytes (RLIMIT_DATA). */
  readonly mostDataBytes: number
}

/** V8 keeps a heap for each of its threads, which have hardly any work in a child: saves 6 MiB. */
const engineOptions = ['--single-threaded']

/** Steps in priority that a child is below its parent: enough to yield without starving on a machine with other work. */
const niceness = 5

/** Program of coreutils and BusyBox that lowers the priority. */
const nice = ['/usr/bin/nice', '/bin/nice'].find((path) => existsSync(path))

/**
 * Returns the command that starts Node within bounds. The shell replaces itself by Node, so the process id stays. Decoders
 * use every core, and short work such as a redirect must not queue behind them, so the priority is lowered, before Node has threads,
 * which inherit it. If
 * the system does not allow pinning to a core, or has removed the core, the process runs anywhere. RLIMIT_DATA does not
 * count what V8 and WebAssembly only reserve; RLIMIT_AS would.
 */
export function beginProgram({ own, mostDataBytes }: Bounds) {
  if (!existsSync(shell)) return { execArgv: engineOptions }
  const core = own === undefined ? '' : `${own.taskset} -c -p ${own.core} $$ >/dev/null 2>&1; `
  const memory = `ulimit -d ${Math.ceil(mostDataBytes / 1024)} 2>/dev/null; `
  const lower = nice === undefined ? '' : `${nice} -n ${niceness} `
  return {
    execPath: shell,
    execArgv: ['-c', `${core}${memory}exec ${lower}"$0" "$@"`, process.execPath, ...engineOptions],
  }
}
