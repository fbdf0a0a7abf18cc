import { AppError } from '@iaas/common/errors'

/** Most stored objects that are read for clients at once; each takes a connection and some 150 KB of memory. */
export const maxProxied = 256

/** Bounds concurrent reads of stored objects: each holds a connection to the store and a piece of the object. */
export type Places = {
  /**
   * Takes a place. If none is free, an answer past its grace period is cut: the oldest one of the client with the most of them.
   *
   * @throws AppError RENDERER_BUSY if there is none
   */
  enter(client: string): Place
}

export type Place = {
  /** Marks the start of the answer. `cut` ends it if its place is needed. */
  begin(cut: (reason: AppError) => void): void
  /** Gives the place back. May be called more than once. */
  leave(): void
}

export type PlacesOptions = {
  readonly maxPlaces: number
  /** Grace period in which an answer keeps its place, ms. */
  readonly graceMs: number
  /** Monotonic, ms. */
  readonly now: () => number
}

type Answer = {
  readonly client: string
  begun: { readonly at: number; readonly cut: (reason: AppError) => void } | undefined
}

export function createPlaces({ maxPlaces, graceMs, now }: PlacesOptions): Places {
  /** In order of arrival. */
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
