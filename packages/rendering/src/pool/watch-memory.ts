import { readFileSync } from 'node:fs'
import { childMiB } from '../fit-memory.ts'

const mebibyte = 2 ** 20
/** The time between two looks at a child that works, ms: decoders fill some ten megabytes in it. */
const everyMs = 50
/** How far an estimate may be wrong: by half, and by what no estimate counts. */
const tolerance = 1.5
const uncountedBytes = 64 * mebibyte
/** Stacks of threads and the heap of a child, which the system counts as data although little of it is used. */
const dataBytes = 256 * mebibyte

/** Bytes of memory that a process has for itself alone; undefined where the system does not tell, or it has ended. */
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

/** The most that a child may have whose task has reserved so much, bytes. */
export function mostMemory(reservedBytes: number): number {
  return childMiB * mebibyte + tolerance * reservedBytes + uncountedBytes
}

/** The most that any child may ask the system for (RLIMIT_DATA), bytes. @param budgetBytes of all renders at once */
export function mostData(budgetBytes: number): number {
  return dataBytes + mostMemory(budgetBytes)
}

export type MemoryWatch = {
  /** Sets what the task has reserved, bytes. */
  reserve(bytes: number): void
  end(): void
}

/**
 * Looks at the memory of a child from outside, since what is reserved is an estimate from a header.
 *
 * @param onOver is called once it has more than its reservation explains
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
