import type { IncomingMessage } from 'node:http'
import { AppError, isAppError } from '@iaas/common/errors'
import type { Query } from '@iaas/common/image'
import type { z } from 'zod'
import { readText } from '../http/read-text.ts'
import type { Route } from './contract/define-route.ts'
import { pathParameters } from './contract/path-parameters.ts'

const maxBodyBytes = 64 * 1024

/** Parses the parameters of a path. @throws AppError INVALID_REQUEST, INVALID_ID */
export function readParameters(
  raw: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> {
  const schemas: Readonly<Record<string, z.ZodType>> = pathParameters
  const entries = [...raw].map(([name, text]) => [name, schemas[name]?.parse(decode(text))])
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('The path is not correctly percent-encoded UTF-8.')
  }
}

/** Parses a query. Unknown and repeated names are refused, because a misspelt `dry_run` must not purge. */
export function readQuery(
  query: Query,
  { query: schema }: Route,
): Readonly<Record<string, unknown>> {
  const pairs = [...query]
  const names = pairs.map(([name]) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined)
    throw invalid(`The parameter ${quote(repeated)} is given more than once.`)
  const known = Object.keys(schema.shape)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const hint = known.length === 0 ? 'this route has none' : `known are ${known.join(', ')}`
    throw invalid(`There is no parameter ${quote(unknown)}; ${hint}.`)
  }
  return parse(schema, Object.fromEntries(pairs), 'parameter') as Readonly<Record<string, unknown>>
}

/** Reads and parses a JSON body. @throws AppError INVALID_REQUEST, UPLOAD_TOO_LARGE */
export async function readBody(req: IncomingMessage, { body: schema }: Route): Promise<unknown> {
  if (schema === undefined || schema === 'image') return undefined
  if (!/^application\/json *(?:;|$)/i.test(req.headers['content-type'] ?? '')) {
    throw invalid('The body must be sent as application/json.')
  }
  return parse(schema, await readJson(req), 'field')
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse(await readText(req, maxBodyBytes)) as unknown
  } catch (error) {
    if (isAppError(error)) throw error
    throw invalid('The body is not valid JSON.', error)
  }
}

function parse(schema: z.ZodType, value: unknown, kind: 'parameter' | 'field'): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalid(result.error.issues.map((issue) => describe(issue, kind)).join(' '))
}

function describe({ path, message }: z.core.$ZodIssue, kind: 'parameter' | 'field'): string {
  const place = path.length === 0 ? 'The body' : `The ${kind} ${quote(path.map(String).join('.'))}`
  return `${place}: ${message.replace(/^Invalid input: /, '')}.`
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40))
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('INVALID_REQUEST', message, { cause })
}
