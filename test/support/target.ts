import { it } from '@jest/globals'
import { startEdgeTarget } from './edge-target.ts'
import type { Stack } from './stack.ts'
import { startStandaloneTarget } from './standalone-target.ts'

/** The product as its clients see it, and what a test has to know of its inside. */
export type Target = {
  /** Where clients ask, no slash at its end. */
  readonly base: string
  /** All renders so far. */
  countRenders(): Promise<number>
  /** Resolves once everything that was rendered is stored. */
  untilStored(): Promise<void>
  countObjects(): Promise<number>
  /** Empties the variant store behind the back of everyone. */
  removeObjects(): Promise<void>
  /** Puts a file straight into the originals folder, as the seed keeps it, past every check of an upload. */
  plant(id: string, file: Buffer): Promise<void>
  countOriginals(): Promise<number>
  /** One statement on the database. @returns how many rows it found or changed */
  query(sql: string): Promise<number>
  /** The process itself, where it is one. */
  readonly stack: Stack | undefined
  [Symbol.asyncDispose](): Promise<void>
}

export type TargetOptions = {
  /** What stands in the configuration files. */
  readonly config?: object
  readonly tokenSecret?: string
}

const composeProject = process.env['TEST_COMPOSE_PROJECT']

/** A product of its own for a suite: `npm start`, or the compose project that is being tested, emptied. */
export function startTarget(options: TargetOptions = {}): Promise<Target> {
  return composeProject === undefined
    ? startStandaloneTarget(options)
    : startEdgeTarget(composeProject, options)
}

/** For what an edge in front answers in its own way, or hides. */
export function itWithoutEdge(name: string, body: () => Promise<void>): void {
  if (composeProject === undefined) it(name, body)
  else it.skip(name, body)
}
