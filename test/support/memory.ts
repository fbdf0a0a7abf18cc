import { readFileSync, writeFileSync } from 'node:fs'

/** The most memory that a process had resident since the last call of `resetPeakMemory`, bytes. */
export function peakMemory(pid: number): number {
  return readStatus(pid, 'VmHWM')
}

/** The memory that a process has resident, bytes. */
export function residentMemory(pid: number): number {
  return readStatus(pid, 'VmRSS')
}

/** Linux, proc(5): 5 sets the peak to what is resident now. */
export function resetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

function readStatus(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1])
}
