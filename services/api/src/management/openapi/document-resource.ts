import { hash } from 'node:crypto'
import { z } from 'zod'
import type { Answer } from '../call.ts'
import type { Route, Routes } from '../contract/define-route.ts'
import type { FindResource, Resource } from '../find-route.ts'
import { apiPath } from '../is-api-target.ts'

/** Path of the OpenAPI document. It has no version, because it says which ones there are. */
export const openApiPath = `${apiPath}/openapi.json`

const route = {
  method: 'GET',
  path: '/openapi.json',
  scope: undefined,
  summary: 'Returns this document.',
  query: z.strictObject({}),
  status: 200,
  answer: z.record(z.string(), z.unknown()),
  errors: [],
} as const satisfies Route

/** Adds the OpenAPI document of the routes. Any key may read it. */
export function withDocument(findResource: FindResource, routes: Routes): FindResource {
  let answer: Promise<Answer> | undefined
  const entry = { name: 'getOpenApi', route, handle: () => (answer ??= describe(routes)) }
  const resource: Resource = {
    entryOf: (method) => (method === 'GET' || method === 'HEAD' ? entry : undefined),
    methods: ['GET', 'HEAD'],
    parameters: new Map(),
  }
  return (path) => (path === openApiPath ? resource : findResource(path))
}

/** Loads the OpenAPI library at the first request, because few processes need it. */
async function describe(routes: Routes): Promise<Answer> {
  const { createOpenApiDocument } = await import('./create-document.ts')
  const body = createOpenApiDocument(routes)
  return { body, etag: `"${hash('sha256', JSON.stringify(body)).slice(0, 16)}"` }
}
