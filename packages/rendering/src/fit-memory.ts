import { availableParallelism } from 'node:os'

/** What a process of a service takes beside its renders, MiB. */
const processMiB = 256
/** What a child takes while it decodes nothing, MiB. */
export const childMiB = 64
/** Every running task begins with this much of the memory budget, MiB; one that is costlier asks for its whole cost. */
export const allowanceMiB = 96
/** The least that a render pool works with, MiB. */
export const leastMiB = 128

export type RenderRoom = {
  /** Pictures decoded at once; 0: as many as there are cores. */
  readonly concurrency: number
  /** What all renders at once may take, MiB. */
  readonly memory: number
}

export type Surroundings = {
  /** How many processes share the limit. */
  readonly processes?: number
  /** What else lies in memory, MiB. */
  readonly besideMiB?: number
  /** 0, or more than any machine has, where there is no limit, bytes. */
  readonly limitBytes?: number
}

/**
 * What is asked for, as far as the memory limit of the container leaves room for it: a pool that takes more is ended by the
 * system, and its service with it. Without a limit it is what is asked for.
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
