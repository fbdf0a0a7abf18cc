import { types } from 'node:util'
import pg from 'pg'
import { readOnlyCode } from './writable-host.ts'

/** A client whose connection ends with the first refusal of a write, so that the next one is to the new primary. */
export class WritingClient extends pg.Client {
  override query(...args: unknown[]): never {
    // One of the many overloads stands for all; the arguments are passed on unchanged.
    const answer = super.query(...(args as [string])) as Promise<unknown> | undefined
    if (!types.isPromise(answer)) return answer as never
    return answer.catch((error: unknown) => {
      if (isReadOnly(error)) void this.end().catch(() => {})
      throw error
    }) as never
  }
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === readOnlyCode
}
