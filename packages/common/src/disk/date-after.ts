import { lstat, utimes } from 'node:fs/promises'

/** Steps that file systems can tell apart, ms: most of them, ext3 and NFS 2, FAT. */
const steps = [1, 1000, 2000]

/** Makes sure that a file was last written after this time, in whole milliseconds. */
export async function dateAfter(time: Date, path: string): Promise<void> {
  const isAfter = async () => Math.floor((await lstat(path)).mtimeMs) > time.getTime()
  if (await isAfter()) return
  for (const step of steps) {
    // Half a millisecond more, since the time is rounded down on its way to the disk.
    const seconds = (time.getTime() + step + 0.5) / 1000
    await utimes(path, seconds, seconds)
    if (await isAfter()) return
  }
  throw new Error('The file system keeps no times of files.')
}
