import type { ErrorCode } from '@iaas/common/errors'
import type { z } from 'zod'
import type { Scope } from '../scopes.ts'
import type { PathParameters } from './path-parameters.ts'

/** Fields of a query. Any other name is refused. */
type QuerySchema = z.ZodObject

export type SuccessStatus = 200 | 201 | 202

/** Describes what a route of the management API receives and answers. Its name in the table is the operation's id. */
export type Route = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `apiVersionPath`; parameters in braces are rows of `pathParameters`. */
  readonly path: `/${string}`
  /** undefined: any key may call it. */
  readonly scope: Scope | undefined
  readonly summary: string
  readonly query: QuerySchema
  /** Schema of a JSON body; `image`: the handler receives a raw image; absent: a body is not read. */
  readonly body?: z.ZodType | 'image'
  /** Usual status of success. */
  readonly status: SuccessStatus
  /** Further statuses of success. */
  readonly otherStatuses?: readonly SuccessStatus[]
  readonly answer: z.ZodType
  /** Failures in addition to those of every route: INVALID_REQUEST, KEY_WRONG, SCOPE_MISSING, TOO_MANY_ATTEMPTS. */
  readonly errors: readonly ErrorCode[]
}

/** A table of routes by name. */
export type Routes = Readonly<Record<string, Route>>

/** Names of the parameters of a path. */
type ParameterNames<Path> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterNames<Rest>
  : never

/** Parsed parameters of a path. */
export type ParametersOf<R extends Route> = {
  readonly [Name in ParameterNames<R['path']> & keyof PathParameters]: PathParameters[Name]
}

/** The parsed JSON body of a request; undefined without a schema. */
export type BodyOf<R extends Route> = R['body'] extends z.ZodType ? z.output<R['body']> : undefined
