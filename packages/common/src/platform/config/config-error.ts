import type { z } from 'zod'
import type { Setting } from './describe.ts'

/** Every mistake of a configuration, one per line. Secrets are never shown. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(
      `The configuration is not correct:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
      options,
    )
    this.problems = problems
  }

  static of(
    issues: readonly z.core.$ZodIssue[],
    settings: readonly Setting[],
    raw: unknown,
    others: readonly string[] = [],
  ): ConfigError {
    const problems = issues.map((issue) => describeIssue(issue, settings, raw))
    return new ConfigError([...others, ...problems])
  }
}

function describeIssue(
  issue: z.core.$ZodIssue,
  settings: readonly Setting[],
  raw: unknown,
): string {
  const names = issue.path.map(String)
  const key = names.join('.')
  // A list entry, or a part of an address, belongs to the setting that contains it.
  const setting = settings.find(({ path }) => isWithin(names, path))
  const isSecret = settings.some(
    ({ path, secret }) => secret && (isWithin(names, path) || isWithin(path, names)),
  )
  const variable = setting?.env === undefined ? '' : ` (${setting.env})`
  const value = issue.path.reduce<unknown>(
    (node, name) => (node as Record<PropertyKey, unknown> | undefined)?.[name],
    raw,
  )
  const received = value === undefined ? 'nothing' : isSecret ? '***' : JSON.stringify(value)
  const message = issue.message.replace(/^Invalid input: /, '')
  return `${key === '' ? 'configuration' : key}${variable}: ${message}; received ${received}`
}

/** Returns true if a path equals another one or lies below it. */
function isWithin(path: readonly string[], outer: readonly string[]): boolean {
  return outer.every((name, index) => path[index] === name)
}
