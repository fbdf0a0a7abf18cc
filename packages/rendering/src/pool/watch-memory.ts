import { readFileSync } from 'node:fs'
import { childMiB } from '../fit-memory.ts'

const mebibyte = 2 ** 20
/** Interval between checks of a working child, ms: decoders allocate some ten megabytes in it. */
const everyMs = 50
/** Tolerance of an estimate: half of it, plus a constant for what no estimate covers. */
const tolerance = 1.5
const uncountedBytes = 64 * mebibyte
/** Thread stacks and the heap of a child, which the system counts as data although little of them is used. */
const dataBytes = 256 * mebibyte

/**
 * Returns the private memory of a process, bytes; undefined if the system does not report it or the process has ended.
 */
export type ReadMemory = (pid: number) => number | undefined

/** Reads the anonymous memory of a process; Linux, proc(5). */
export const readOwnMemory: ReadMemory = (pid) => {
  try {
    const [, kilobytes] =
      /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}

/** Returns the maximum memory of a child whose task reserved this much, bytes. */
export function mostMemory(reservedBytes: number): number {
  return childMiB * mebibyte + tolerance * reservedBytes + uncountedBytes
}

/**
 * Returns the maximum memory that any child may request from the system (RLIMIT_DATA), bytes. @param budgetBytes budget
 * of all renders together
 */
export function mostData(budgetBytes: number): number {
  return dataBytes + mostMemory(budgetBytes)
}

export type MemoryWatch = {
  /** Sets the memory that the task has reserved, bytes. */
  reserve(bytes: number): void
  end(): void
}

/**
 * Watches the memory of a child from outside, because the reservation is only an estimate from a header.
 *
 * @param onOver called once the child exceeds its reservation and the tolerance
 */
export function watchMemory(
  pid: number | undefined,
  onOver: () => void,
  readMemory: ReadMemory = readOwnMemory,
): MemoryWatch {
  let mostBytes = Number.POSITIVE_INFINITY
  const timer = setInterval(() => {
    const bytes = pid === undefined ? undefined : readMemory(pid)
    if (bytes !== undefined && bytes > mostBytes) onOver()
  }, everyMs)
  return {
    reserve(bytes) {
      mostBytes = mostMemory(bytes)
    },
    end: () => clearInterval(timer),
  }
}
