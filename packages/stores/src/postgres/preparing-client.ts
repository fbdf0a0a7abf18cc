import { types } from 'node:util'
import pg from 'pg'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'

/** A statement that a connection has planned once. The name is the session's: no two texts may share it. */
export type PreparedStatement = { readonly name: string; readonly text: string }

/**
 * A client that has these statements prepared when they are first asked for; all others are planned each time. One that got
 * no answer in time ends: the library would give it out again, and what is asked next would wait behind what never ends. Its
 * deadline is not that of the library, which does not know a late answer from one that this process is too busy to hear.
 *
 * @param answerLimitMs how long an answer may take
 */
export function createPreparingClient(
  statements: readonly PreparedStatement[],
  answerLimitMs: number,
): typeof pg.Client {
  const prepared = new Map(statements.map(({ name, text }) => [text, name]))

  return class PreparingClient extends pg.Client {
    override query(...args: unknown[]): never {
      const [text, values, ...rest] = args
      const name = typeof text === 'string' ? prepared.get(text) : undefined
      const asked = name === undefined ? args : [{ name, text, values }, ...rest]
      // One of its many signatures stands for them all: what is asked is passed on as it came.
      const answer = super.query(...(asked as [string])) as Promise<unknown> | undefined
      if (!types.isPromise(answer)) return answer as never
      return withDeadline(answer, answerLimitMs, () => this.#end()) as never
    }

    #end(): Error {
      void this.end().catch(() => {})
      return new Error('Query read timeout')
    }
  }
}
