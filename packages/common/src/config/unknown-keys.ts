import { findClosest } from '../platform/config/closest.ts'
import { anyName } from '../platform/config/describe.ts'
import { knownKeys } from './known-settings.ts'

/** Keys of the legacy iaas that no longer have a meaning: its metrics and log levels. */
const legacyKeys = new Set(['metrics', 'log.silly', 'log.verbose', 'log.http', 'log.trace'])

/** Keys that a file may contain in addition to settings. */
const isComment = (name: string) => name === '$schema' || name.startsWith('//')

type Files = Readonly<Record<string, unknown>>

export type UnknownKey = { readonly key: string; readonly meant: string | undefined }

/** Keys in configuration files that no service knows. */
export type UnknownKeys = {
  /** Unknown keys, each with the key that may be meant. */
  readonly mistakes: readonly UnknownKey[]
  readonly legacy: readonly string[]
}

/**
 * Finds the keys that no service knows.
 *
 * @param own additional known keys, such as those of the schema that the files are read with
 */
export function findUnknownKeys(files: Files, own: readonly string[]): UnknownKeys {
  const known = new Set([...knownKeys, ...own])
  const groups = new Set([...known].flatMap(groupsOf))
  const unknown = collectUnknown(files, [], { known, groups })
  return {
    legacy: unknown.filter((key) => legacyKeys.has(key)),
    mistakes: unknown
      .filter((key) => !legacyKeys.has(key))
      .map((key) => ({ key, meant: findMeant(key, [...known, ...groups]) })),
  }
}

type Known = { readonly known: ReadonlySet<string>; readonly groups: ReadonlySet<string> }

function collectUnknown(node: Files, path: readonly string[], all: Known): readonly string[] {
  return Object.entries(node).flatMap(([name, value]) => {
    if (isComment(name)) return []
    const key = [...path, name].join('.')
    // The schema itself reports mistakes below a setting and in the place of a group.
    if (all.known.has(key) || all.known.has([...path, anyName].join('.'))) return []
    if (!all.groups.has(key)) return [key]
    return isObject(value) ? collectUnknown(value, [...path, name], all) : []
  })
}

/** Finds a similar key, also in another group or in none. */
function findMeant(key: string, candidates: readonly string[]): string | undefined {
  const name = lastOf(key)
  const misplaced = candidates.filter((candidate) => lastOf(candidate) === name)
  return findClosest(key, candidates) ?? (misplaced.length === 1 ? misplaced[0] : undefined)
}

function lastOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1)
}

/** Returns the groups of a key: `a` and `a.b` for `a.b.c`. */
function groupsOf(key: string): readonly string[] {
  const names = key.split('.')
  return names.slice(0, -1).map((_, index) => names.slice(0, index + 1).join('.'))
}

function isObject(value: unknown): value is Files {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
