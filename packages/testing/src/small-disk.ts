import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createTemporaryFolder } from './temporary-folder.ts'

/** A file system in memory that can become full or read-only. */
export type SmallDisk = AsyncDisposable & {
  readonly path: string
  /** Fills the disk. @returns a function that frees the space */
  fill(): Promise<() => Promise<void>>
  /** Returns false if the mode cannot be changed because a file is being written. */
  setReadOnly(isReadOnly: boolean): boolean
}

const fillerName = '.filler'
const pieceBytes = 64 * 1024

/** Why this machine has no such disks; undefined if it has. */
export const smallDiskMissing = findMissing()

export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await createTemporaryFolder()
  const { path } = folder
  if (!mount(['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path])) {
    throw new Error('There can be no small disk here.')
  }
  const filler = join(path, fillerName)
  return {
    path,
    async fill() {
      const file = await open(filler, 'a')
      try {
        for (;;) await file.write(Buffer.alloc(pieceBytes))
      } catch {
        // The disk is full: the rest, less than a chunk, is filled as well.
        await file.write(Buffer.alloc(1)).catch(() => {})
      } finally {
        await file.close()
      }
      return () => rm(filler, { force: true })
    },
    setReadOnly: (isReadOnly) => mount(['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, path]),
    async [Symbol.asyncDispose]() {
      spawnSync('umount', ['--lazy', path])
      await folder[Symbol.asyncDispose]()
    },
  }
}

function mount(args: readonly string[]): boolean {
  return spawnSync('mount', [...args]).status === 0
}

function findMissing(): string | undefined {
  const made = spawnSync('mktemp', ['-d'], { encoding: 'utf8' })
  const path = made.stdout?.trim() ?? ''
  if (made.status !== 0 || !mount(['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path])) {
    if (path !== '') rmSync(path, { recursive: true, force: true })
    return 'file systems cannot be mounted here'
  }
  spawnSync('umount', [path])
  rmSync(path, { recursive: true, force: true })
  return undefined
}
