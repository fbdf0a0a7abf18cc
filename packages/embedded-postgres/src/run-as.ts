import { chown, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Way to start PostgreSQL's programs, which refuse to run as root. */
export type RunAs = {
  readonly uid: number | undefined
  /** Prefixes a command so that it runs as the other user. */
  command(program: string, args: readonly string[]): readonly [string, readonly string[]]
  /** Changes the owner of a path to the user that PostgreSQL runs as. */
  own(path: string): Promise<void>
}

/** User "nobody" on Linux: owns no files and needs no name. */
const nobody = 65_534

/**
 * Chooses the user of PostgreSQL: this user, or nobody if this is root. If nobody cannot search a parent folder, such
 * as for a project below /root, the process gets the one capability that allows it.
 *
 * @param paths paths that it must reach
 */
export async function chooseRunAs(paths: readonly string[]): Promise<RunAs> {
  if (process.getuid?.() !== 0) {
    return { uid: undefined, command: (program, args) => [program, args], own: async () => {} }
  }
  const isReachable = (await Promise.all(paths.map((path) => isOpenToAll(path)))).every(Boolean)
  const identity = ['--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups']
  // The securebit makes the capability apply to access(2) as well, with which initdb checks its programs.
  const pass = isReachable
    ? []
    : ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup']
  return {
    uid: nobody,
    command: (program, args) => ['setpriv', [...identity, ...pass, '--', program, ...args]],
    own: (path) => chown(path, nobody, nobody),
  }
}

/** Returns true if everyone can search every folder above a path. */
async function isOpenToAll(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const facts = await stat(folder).catch(() => undefined)
    if (facts !== undefined && (facts.mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}
