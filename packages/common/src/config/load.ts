import { readFileSync } from 'node:fs'
import { Util } from 'config/lib/util.js'
import type { z } from 'zod'
import { ConfigError } from '../platform/config/config-error.ts'
import { type Setting, describeSettings } from '../platform/config/describe.ts'
import { type UnknownKey, findUnknownKeys } from './unknown-keys.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the configuration files (node-config's rules: `config/default.json`, `config/<NODE_ENV>.json`, `NODE_CONFIG`),
 * overrides them from the environment, and validates the result.
 *
 * @throws ConfigError that lists every mistake
 */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Environment,
): z.output<Schema> {
  return parseConfig(schema, readFiles(env), env)
}

/**
 * Like `loadConfig`, for the merged contents of the files. Pure, apart from reading the files that `..._FILE` names.
 */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  files: Readonly<Record<string, unknown>>,
  env: Environment,
): z.output<Schema> {
  const settings = describeSettings(schema)
  const raw = structuredClone(files)
  for (const setting of settings) {
    const value = readEnvironment(setting, env)
    if (value !== undefined) Util.setPath(raw, [...setting.path], value)
  }
  const unknown = findUnknownKeys(
    files,
    settings.map(({ path }) => path.join('.')),
  ).mistakes.map(describeUnknownKey)
  const result = schema.safeParse(raw)
  if (!result.success) throw ConfigError.of(result.error.issues, settings, raw, unknown)
  if (unknown.length > 0) throw new ConfigError(unknown)
  return deepFreeze(result.data)
}

function describeUnknownKey({ key, meant }: UnknownKey): string {
  return `${key}: there is no such setting${meant === undefined ? '' : `; did you mean ${meant}?`}`
}

/** Reads and merges the configuration files. */
export function readFiles(env: Environment): Record<string, unknown> {
  const load = Util.loadFileConfigs({
    configDir: configFolder(env),
    nodeEnv: nodeEnvironments(env),
  })
  return Util.extendDeep(load.config, readNodeConfig(env['NODE_CONFIG'])) as Record<string, unknown>
}

/** Returns the folder of the configuration files. */
export function configFolder(env: Environment): string {
  return env['NODE_CONFIG_DIR'] ?? './config'
}

/** Returns the names of the environments whose files are read in addition to `default.json`. */
export function nodeEnvironments(env: Environment): string[] {
  return (env['NODE_CONFIG_ENV'] ?? env['NODE_ENV'] ?? 'development').split(',')
}

function readNodeConfig(json: string | undefined): object {
  if (json === undefined || json === '') return {}
  try {
    return JSON.parse(json) as object
  } catch (cause) {
    throw new ConfigError(['NODE_CONFIG: is not valid JSON'], { cause })
  }
}

function readEnvironment({ env: name, secret }: Setting, env: Environment): string | undefined {
  if (name === undefined) return undefined
  const value = env[name]
  if (value !== undefined && value !== '') return value
  const file = secret ? env[`${name}_FILE`] : undefined
  return file === undefined || file === '' ? undefined : readSecret(`${name}_FILE`, file)
}

/**
 * Rejects an empty file. It was probably not filled in yet, and treating it as no secret would disable the protection.
 */
function readSecret(name: string, file: string): string {
  const secret = readText(name, file).trim()
  if (secret === '') throw new ConfigError([`${name}: the file it names is empty`])
  return secret
}

function readText(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError([`${name}: the file it names cannot be read`], { cause })
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child)
    Object.freeze(value)
  }
  return value
}
