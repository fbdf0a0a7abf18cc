import type { JobName } from '@iaas/common/jobs/kinds'
import type { JobHandler } from './job-handler.ts'

/** Finds the handler of a job by its queue and name. */
export type JobRegistry = {
  readonly queues: readonly string[]
  find(queue: string, name: string): JobHandler | undefined
}

/**
 * Holds the handlers of all kinds of jobs.
 *
 * @throws Error if a kind has no handler or two, or a handler is of no known kind
 */
export function createJobRegistry(
  kinds: readonly JobName[],
  handlers: readonly JobHandler[],
): JobRegistry {
  const known = new Set(kinds.map(idOf))
  const byKind = new Map<string, JobHandler>()
  for (const handler of handlers) {
    const id = idOf(handler)
    if (!known.has(id)) throw new Error(`The kind of job ${id} is unknown.`)
    if (byKind.has(id)) throw new Error(`The kind of job ${id} has two handlers.`)
    byKind.set(id, handler)
  }
  for (const id of known) {
    if (!byKind.has(id)) throw new Error(`The kind of job ${id} has no handler.`)
  }
  return {
    queues: [...new Set(kinds.map(({ queue }) => queue))],
    find: (queue, name) => byKind.get(idOf({ queue, name })),
  }
}

function idOf({ queue, name }: { readonly queue: string; readonly name: string }): string {
  return `${queue}/${name}`
}
