import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import type { BodyOf, ParametersOf, Route, Routes, SuccessStatus } from './contract/define-route.ts'

/** A permitted request, parsed by the schemas of its route. */
export type Call<R extends Route = Route> = {
  readonly parameters: ParametersOf<R>
  readonly query: z.output<R['query']>
  readonly body: BodyOf<R>
  /** For a route whose body is an image. */
  readonly req: IncomingMessage
  /** Name of the key. */
  readonly caller: string
  /** The client; see `clientOf`. */
  readonly client: string
  /** Aborts if the client leaves before its answer. */
  readonly signal: AbortSignal
}

export type Answer<R extends Route = Route> = {
  readonly body: z.output<R['answer']>
  /** Validator of a GET, in quotation marks. */
  readonly etag?: string
  readonly location?: string
  /** undefined: that of the route. */
  readonly status?: SuccessStatus
}

/** @throws AppError */
export type Handler<R extends Route = Route> = (call: Call<R>) => Promise<Answer<R>>

/** The handler of each route of a table. */
export type Handlers<Table extends Routes> = {
  readonly [Name in keyof Table]: Handler<Table[Name]>
}
