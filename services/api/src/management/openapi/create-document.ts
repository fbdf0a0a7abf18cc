import { z } from 'zod'
import {
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  createDocument,
} from 'zod-openapi'
import type { Route, Routes } from '../contract/define-route.ts'
import { pathParameters } from '../contract/path-parameters.ts'
import { apiVersionPath } from '../is-api-target.ts'
import { describeResponses } from './responses.ts'

/** Document of the OpenAPI Specification 3.1 about a table of routes. */
export type OpenApiDocument = ReturnType<typeof createDocument>

export function createOpenApiDocument(routes: Routes): OpenApiDocument {
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Management API',
      version: '1',
      description: 'Uploads, finds, replaces and deletes originals, and purges their variants.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: apiVersionPath }],
    security: [{ key: [] }],
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of `api.keys`.' },
      },
    },
    tags: [...new Set(Object.values(routes).map(tagOf))].map((name) => ({ name })),
    paths: describePaths(routes),
  })
}

const repetition = z.object({
  'Idempotency-Key': z.string().max(255).optional().meta({
    description: 'Repetitions with the same key within a day get the first answer.',
  }),
})

function describePaths(routes: Routes): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [name, route] of Object.entries(routes)) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: describeOperation(name, route),
    }
  }
  return paths
}

function describeOperation(name: string, route: Route): ZodOpenApiOperationObject {
  const { method, summary, scope, path, query, body } = route
  return {
    operationId: name,
    summary,
    description: `Needs the scope \`${scope}\`.`,
    tags: [tagOf(route)],
    requestParams: {
      path: z.object(parametersOf(path)),
      query,
      ...(method === 'POST' && { header: repetition }),
    },
    ...(body !== undefined && { requestBody: describeBody(body) }),
    responses: describeResponses(route),
  }
}

/** The first part of the path. */
function tagOf({ path }: Route): string {
  return path.split('/')[1] ?? ''
}

function parametersOf(path: string): Readonly<Record<string, z.ZodType>> {
  const schemas: Readonly<Record<string, z.ZodType>> = pathParameters
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return Object.fromEntries(names.map((name) => [name, schemas[name] ?? z.string()]))
}

function describeBody(body: z.ZodType | 'image') {
  const content =
    body === 'image'
      ? { 'image/*': { schema: { type: 'string', contentMediaType: 'image/*' } as const } }
      : { 'application/json': { schema: body } }
  return { required: true, content }
}
