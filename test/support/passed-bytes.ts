import { existsSync, readFileSync } from 'node:fs'

/**
 * The bytes that a process has read and written: files, pipes and sockets alike. What Node reads of a channel between
 * processes is not among them, since it takes that as messages; what it writes to one is.
 */
export type PassedBytes = { readonly read: number; readonly written: number }

export const passedBytesMissing = existsSync('/proc/self/io')
  ? undefined
  : 'there is no /proc/PID/io'

/** What processes pass while something is done, together (Linux counts it: proc_pid_io(5)). */
export async function countPassedBytes(
  pids: readonly number[],
  work: () => Promise<unknown>,
): Promise<PassedBytes> {
  const before = pids.map(readCounts)
  await work()
  const after = pids.map(readCounts)
  const sum = (name: keyof PassedBytes) =>
    after.reduce((total, counts, at) => total + counts[name] - (before[at]?.[name] ?? 0), 0)
  return { read: sum('read'), written: sum('written') }
}

function readCounts(pid: number): PassedBytes {
  const text = readFileSync(`/proc/${pid}/io`, 'utf8')
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1])
  return { read: count('rchar'), written: count('wchar') }
}
