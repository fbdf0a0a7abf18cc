import type { Answer } from '../support/http.ts'

/** What clients ask for in an outage. */
export const kinds = ['hit', 'object', 'miss', 'original', 'upload', 'token'] as const
export type Kind = (typeof kinds)[number]

/** How the requests of one kind were answered. */
export type Observation = { readonly statuses: ReadonlySet<number>; readonly slowestMs: number }

/** Notes every answer, and how long it took. */
export function createObserver() {
  const seen = new Map<Kind, { readonly statuses: Set<number>; slowestMs: number }>()
  return {
    async note(kind: Kind, request: () => Promise<Answer>): Promise<Answer> {
      const startedAt = performance.now()
      const answer = await request()
      const entry = seen.get(kind) ?? { statuses: new Set<number>(), slowestMs: 0 }
      entry.statuses.add(answer.status)
      entry.slowestMs = Math.max(entry.slowestMs, performance.now() - startedAt)
      seen.set(kind, entry)
      return answer
    },
    of(kind: Kind): Observation {
      return seen.get(kind) ?? { statuses: new Set(), slowestMs: 0 }
    },
  }
}

export type Observer = ReturnType<typeof createObserver>
