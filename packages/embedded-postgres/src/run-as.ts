import { chown, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** How PostgreSQL's programs are started: it refuses to run as root. */
export type RunAs = {
  readonly uid: number | undefined
  /** Puts what changes the user in front of a command. */
  command(program: string, args: readonly string[]): readonly [string, readonly string[]]
  /** Gives a path to the user that PostgreSQL runs as. */
  own(path: string): Promise<void>
}

/** "nobody" on Linux: no files, no name needed. */
const nobody = 65_534

/**
 * As whom PostgreSQL runs: as this user, or, where this is root, as nobody. A nobody that may not pass through the
 * folders above (a project below /root, say) is given the one capability that lets it.
 *
 * @param paths what it must reach
 */
export async function chooseRunAs(paths: readonly string[]): Promise<RunAs> {
  if (process.getuid?.() !== 0) {
    return { uid: undefined, command: (program, args) => [program, args], own: async () => {} }
  }
  const isReachable = (await Promise.all(paths.map((path) => isOpenToAll(path)))).every(Boolean)
  const identity = ['--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups']
  // The securebit makes the capability count for access(2) as well, by which initdb checks its programs.
  const pass = isReachable
    ? []
    : ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup']
  return {
    uid: nobody,
    command: (program, args) => ['setpriv', [...identity, ...pass, '--', program, ...args]],
    own: (path) => chown(path, nobody, nobody),
  }
}

/** Whether every folder above a path may be passed through by everyone. */
async function isOpenToAll(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const facts = await stat(folder).catch(() => undefined)
    if (facts !== undefined && (facts.mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}
