import type { Stack } from './stack.ts'

/** The product as its clients see it, with the parts of its inside that tests check. */
export type Target = {
  /** Base address for clients, without a slash at its end. */
  readonly base: string
  /** All renders so far. */
  countRenders(): Promise<number>
  /** Resolves once everything that was rendered is stored. */
  untilStored(): Promise<void>
  countObjects(): Promise<number>
  /** Empties the variant store behind the back of everyone. */
  removeObjects(): Promise<void>
  /** Puts a file straight into the originals folder, as the legacy iaas keeps it, past every check of an upload. */
  plant(id: string, file: Buffer): Promise<void>
  countOriginals(): Promise<number>
  /** One statement on the database. @returns how many rows it found or changed */
  query(sql: string): Promise<number>
  /** The process itself, where it is one. */
  readonly stack: Stack | undefined
  [Symbol.asyncDispose](): Promise<void>
}

export type TargetOptions = {
  /** Content of the configuration files. */
  readonly config?: object
  readonly tokenSecret?: string
}
