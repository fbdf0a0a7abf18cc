import { AppError } from '@iaas/common/errors'
import type { Handler, Handlers } from './call.ts'
import type { Route, Routes } from './contract/define-route.ts'
import { apiVersionPath } from './is-api-target.ts'

/** A route with its handler. */
export type Entry = {
  readonly name: string
  readonly route: Route
  readonly handle: Handler
}

/** The routes of one path. */
export type Resource = {
  /** The route of a method; HEAD has that of GET. */
  readonly entryOf: (method: string) => Entry | undefined
  /** Methods for `Allow`. */
  readonly methods: readonly string[]
  /** Raw parameters of the path, by name. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Finds the routes of a raw path. @throws AppError ROUTE_NOT_FOUND */
export type FindResource = (path: string) => Resource

type Pattern = { readonly segments: readonly string[]; readonly entries: readonly Entry[] }

export function createFindResource<Table extends Routes>(
  routes: Table,
  handlers: Handlers<Table>,
): FindResource {
  const patterns = toPatterns(routes, handlers)

  return (path) => {
    const [start, ...segments] = splitVersion(path)
    const pattern =
      start === '' ? patterns.find((each) => isMatch(each.segments, segments)) : undefined
    if (pattern === undefined) throw new AppError('ROUTE_NOT_FOUND', 'There is no such route.')
    const { entries } = pattern
    return {
      entryOf: (method) =>
        entries.find(({ route }) => route.method === (method === 'HEAD' ? 'GET' : method)),
      methods: entries.flatMap(({ route: { method } }) =>
        method === 'GET' ? [method, 'HEAD'] : [method],
      ),
      parameters: readParameters(pattern.segments, segments),
    }
  }
}

/** Splits what follows the version. Its first part is empty if the path has the version. */
function splitVersion(path: string): readonly string[] {
  return path.startsWith(apiVersionPath) ? path.slice(apiVersionPath.length).split('/') : [path]
}

function toPatterns(
  routes: Routes,
  handlers: Readonly<Record<string, Handler>>,
): readonly Pattern[] {
  const byPath = new Map<string, Entry[]>()
  for (const [name, route] of Object.entries(routes)) {
    const handle = handlers[name]
    if (handle === undefined) throw new Error(`The route ${name} has no handler.`)
    byPath.set(route.path, [...(byPath.get(route.path) ?? []), { name, route, handle }])
  }
  return [...byPath].map(([path, entries]) => ({ segments: path.slice(1).split('/'), entries }))
}

/** Segments are compared as they are written: `%6Friginals` is not `originals`. A parameter is never empty. */
function isMatch(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) =>
      isParameter(part) ? segments[index] !== '' : part === segments[index],
    )
  )
}

function readParameters(
  pattern: readonly string[],
  segments: readonly string[],
): ReadonlyMap<string, string> {
  const pairs = pattern.flatMap((part, index) =>
    isParameter(part) ? [[part.slice(1, -1), segments[index] ?? ''] as const] : [],
  )
  return new Map(pairs)
}

function isParameter(part: string): boolean {
  return part.startsWith('{')
}
