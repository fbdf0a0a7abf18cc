import { types } from 'node:util'
import pg from 'pg'
import { withDeadline } from '@iaas/common/concurrency/with-deadline'

/**
 * A statement that each connection plans once. The name is unique in the session: different texts must have different
 * names.
 */
export type PreparedStatement = { readonly name: string; readonly text: string }

/**
 * Creates a client class that prepares these statements when they are first used; all others are planned each time. A
 * connection whose answer is late is closed: the library would reuse it, and the next query would wait behind one that
 * never ends. The timeout of the library is not used, because it cannot tell a late answer from a process too busy to
 * read it.
 *
 * @param answerLimitMs timeout of an answer
 * @param Client class that it extends
 */
export function createPreparingClient(
  statements: readonly PreparedStatement[],
  answerLimitMs: number,
  Client: typeof pg.Client = pg.Client,
): typeof pg.Client {
  const prepared = new Map(statements.map(({ name, text }) => [text, name]))

  return class PreparingClient extends Client {
    override query(...args: unknown[]): never {
      const [text, values, ...rest] = args
      const name = typeof text === 'string' ? prepared.get(text) : undefined
      const asked = name === undefined ? args : [{ name, text, values }, ...rest]
      // One of the many overloads stands for all; the arguments are passed on unchanged.
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
