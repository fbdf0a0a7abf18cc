import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Binaries, majorVersion } from './binaries.ts'
import type { RunAs } from './run-as.ts'

/** A database cluster on disk and the password of its owner. */
export type Cluster = { readonly dir: string; readonly password: string }

export const clusterOwner = 'iaas'

const run = promisify(execFile)

/**
 * Opens the cluster below a folder, or creates it. A first start that was killed leaves nothing that a later start
 * would mistake for a cluster.
 *
 * @throws Error if the cluster belongs to another version
 */
export async function openCluster(
  folder: string,
  binaries: Binaries,
  runAs: RunAs,
): Promise<Cluster> {
  const dir = join(folder, 'cluster')
  const passwordFile = join(folder, 'password')
  const version = await readVersion(folder)
  if (version === undefined) await createCluster(folder, dir, passwordFile, binaries, runAs)
  else if (version.trim() !== majorVersion) {
    throw new Error(
      `The database in ${dir} is of PostgreSQL ${version.trim()}; this is PostgreSQL ${majorVersion}. Dump it with the old one, move the folder away and restore it.`,
    )
  }
  return { dir, password: (await readFile(passwordFile, 'utf8')).trim() }
}

/** Returns true if there is a cluster below a folder, so that a start only opens it. */
export async function isSetUp(folder: string): Promise<boolean> {
  return (await readVersion(folder)) !== undefined
}

function readVersion(folder: string): Promise<string | undefined> {
  return readFile(join(folder, 'cluster', 'PG_VERSION'), 'utf8').catch(() => undefined)
}

async function createCluster(
  folder: string,
  dir: string,
  passwordFile: string,
  binaries: Binaries,
  runAs: RunAs,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await runAs.own(folder)
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  await runAs.own(passwordFile)
  const unfinished = join(folder, 'unfinished')
  await rm(unfinished, { recursive: true, force: true })
  const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-instructions']
  const [command, args] = runAs.command(binaries.initdb, [
    `--pgdata=${unfinished}`,
    `--username=${clusterOwner}`,
    `--pwfile=${passwordFile}`,
    ...options,
  ])
  try {
    await run(command, [...args], { env: { LC_ALL: 'C' }, cwd: '/' })
  } catch (cause) {
    const detail = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
    throw new Error(`The embedded PostgreSQL could not be set up in ${folder}. ${detail}`, {
      cause,
    })
  }
  await rename(unfinished, dir)
}
