import { availableParallelism } from 'node:os'

/** Memory of a service's process in addition to its renders, MiB. */
const processMiB = 256
/** Memory of a child that decodes nothing, MiB. */
export const childMiB = 64
/** Part of the memory budget that every running task starts with, MiB. A costlier task requests its whole cost. */
export const allowanceMiB = 96
/** Minimum memory of a render pool, MiB. */
export const leastMiB = 128

export type RenderRoom = {
  /** Maximum number of images decoded at once; 0: one per core. */
  readonly concurrency: number
  /** Maximum memory of all concurrent renders, MiB. */
  readonly memory: number
}

export type Surroundings = {
  /** Number of processes that share the limit. */
  readonly processes?: number
  /** Memory used for other purposes, MiB. */
  readonly besideMiB?: number
  /** Memory limit, bytes; 0, or more than any machine has, if there is none. */
  readonly limitBytes?: number
}

/**
 * Reduces the requested settings to the memory limit of the container: the system would kill a pool that exceeds it,
 * together with its service. Without a limit, returns the settings unchanged.
 */
export function fitMemory(
  { concurrency, memory }: RenderRoom,
  { processes = 1, besideMiB = 0, limitBytes = process.constrainedMemory() }: Surroundings = {},
): RenderRoom {
  const cores = availableParallelism()
  if (!(limitBytes > 0)) return { concurrency: concurrency || cores, memory }
  const roomMiB = limitBytes / 2 ** 20 - processes * processMiB - besideMiB
  const children =
    concurrency || Math.max(1, Math.min(cores, Math.floor(roomMiB / (childMiB + allowanceMiB))))
  const left = Math.floor(roomMiB - children * childMiB)
  return { concurrency: children, memory: Math.max(leastMiB, Math.min(memory, left)) }
}
