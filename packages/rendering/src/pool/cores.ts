import { randomInt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

/** The shell that becomes the program of a child within its bounds. */
export const shell = '/bin/sh'

/** A core and the program that pins processes to it. */
export type OwnCore = { readonly core: number; readonly taskset: string }

/** Paths of taskset, part of util-linux, which every distribution has. */
const programs = ['/usr/bin/taskset', '/bin/taskset']

/**
 * Returns a core for each child if there are as many children as cores. A scheduler that wakes a child on its caller's
 * core, or packs virtual processors, may leave two children on one core and another core idle.
 *
 * @returns no cores if there are more or fewer children than cores, or if this system cannot pin a program to one
 */
export function findOwnCores(children: number): readonly OwnCore[] {
  const cores = readAllowedCores()
  const taskset = programs.find((path) => existsSync(path))
  if (taskset === undefined || !existsSync(shell) || cores.length !== children) return []
  // A random start, so that the pools of a machine do not all begin with the same core.
  const first = randomInt(cores.length)
  return [...cores.slice(first), ...cores.slice(0, first)].map((core) => ({ core, taskset }))
}

/** Reads the numbers of the allowed cores; none if this is not Linux. */
function readAllowedCores(): readonly number[] {
  const status = '/proc/self/status'
  if (process.platform !== 'linux' || !existsSync(status)) return []
  const [, list = ''] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(status, 'utf8')) ?? []
  return parseCpuList(list)
}

/** Parses a CPU list: `0-2,8` is 0, 1, 2 and 8 (cpuset(7), "List format"). */
export function parseCpuList(list: string): readonly number[] {
  return [...list.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, from, to = from]) => {
    const first = Number(from)
    return Array.from({ length: Number(to) - first + 1 }, (_, index) => first + index)
  })
}
