import pg from 'pg'

/** A statement that a connection has planned once. The name is the session's: no two texts may share it. */
export type PreparedStatement = { readonly name: string; readonly text: string }

/** A client that has these statements prepared when they are first asked for; all others are planned each time. */
export function createPreparingClient(statements: readonly PreparedStatement[]): typeof pg.Client {
  const prepared = new Map(statements.map(({ name, text }) => [text, name]))

  return class PreparingClient extends pg.Client {
    override query(...args: unknown[]): never {
      const [text, values, ...rest] = args
      const name = typeof text === 'string' ? prepared.get(text) : undefined
      const asked = name === undefined ? args : [{ name, text, values }, ...rest]
      // One of its many signatures stands for them all: what is asked is passed on as it came.
      return super.query(...(asked as [string])) as never
    }
  }
}
