import { AppError } from '@iaas/common/errors'

/** Stored objects that are read for clients at once: a connection to the store each, and some 150 KB of memory. */
export const maxProxied = 256

/** Bounds how many stored objects are read for clients at once: each holds a connection to the store, and a piece of the object. */
export type Places = {
  /**
   * Takes a place. Where none is free, an answer that has gone on for longer than the grace period gives way: the oldest one
   * of the client that has the most of them.
   *
   * @throws AppError RENDERER_BUSY where there is none
   */
  enter(client: string): Place
}

export type Place = {
  /** The answer begins. `cut` ends it, should its place be needed. */
  begin(cut: (reason: AppError) => void): void
  /** Gives the place back. May be called more than once. */
  leave(): void
}

export type PlacesOptions = {
  readonly maxPlaces: number
  /** How long an answer keeps its place whoever comes, ms. */
  readonly graceMs: number
  /** Monotonic, ms. */
  readonly now: () => number
}

type Answer = {
  readonly client: string
  begun: { readonly at: number; readonly cut: (reason: AppError) => void } | undefined
}

export function createPlaces({ maxPlaces, graceMs, now }: PlacesOptions): Places {
  /** In the order in which they came. */
  const answers = new Set<Answer>()

  function makeRoom(): void {
    const dueAt = now() - graceMs
    const due = [...answers].filter(({ begun }) => begun !== undefined && begun.at <= dueAt)
    const oldest = oldestOfLargest(due)
    if (oldest === undefined) throw full()
    answers.delete(oldest)
    oldest.begun?.cut(full())
  }

  return {
    enter(client) {
      if (answers.size >= maxPlaces) makeRoom()
      const answer: Answer = { client, begun: undefined }
      answers.add(answer)
      return {
        begin(cut) {
          answer.begun = { at: now(), cut }
        },
        leave: () => void answers.delete(answer),
      }
    },
  }
}

function oldestOfLargest(answers: readonly Answer[]): Answer | undefined {
  const counts = new Map<string, number>()
  for (const { client } of answers) counts.set(client, (counts.get(client) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return answers.find(({ client }) => counts.get(client) === most)
}

function full(): AppError {
  return new AppError('RENDERER_BUSY', 'Too many stored images are being read. Try again later.')
}
