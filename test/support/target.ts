import { it } from '@jest/globals'
import { startEdgeTarget } from './edge-target.ts'
import { startStandaloneTarget } from './standalone-target.ts'
import type { Target, TargetOptions } from './target-type.ts'

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
