import { randomInt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

/** Becomes the program of a child within its bounds. */
export const shell = '/bin/sh'

/** A core, and the program that keeps others to it. */
export type OwnCore = { readonly core: number; readonly taskset: string }

/** Of util-linux, which every distribution has. */
const programs = ['/usr/bin/taskset', '/bin/taskset']

/**
 * A core for each of so many children, where there are as many of them as of cores: a scheduler that wakes a child on the core
 * of who has called it, or packs virtual processors, leaves two children on one core and another core idle.
 *
 * @returns none where there are more or fewer children than cores, or this system cannot keep a program to one
 */
export function findOwnCores(children: number): readonly OwnCore[] {
  const cores = readAllowedCores()
  const taskset = programs.find((path) => existsSync(path))
  if (taskset === undefined || !existsSync(shell) || cores.length !== children) return []
  // Not every pool of a machine begins with the same one.
  const first = randomInt(cores.length)
  return [...cores.slice(first), ...cores.slice(0, first)].map((core) => ({ core, taskset }))
}

/** By their numbers; none where this is not Linux. */
function readAllowedCores(): readonly number[] {
  const status = '/proc/self/status'
  if (process.platform !== 'linux' || !existsSync(status)) return []
  const [, list = ''] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(status, 'utf8')) ?? []
  return parseCpuList(list)
}

/** `0-2,8` is 0, 1, 2 and 8 (cpuset(7), "List format"). */
export function parseCpuList(list: string): readonly number[] {
  return [...list.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, from, to = from]) => {
    const first = Number(from)
    return Array.from({ length: Number(to) - first + 1 }, (_, index) => first + index)
  })
}
