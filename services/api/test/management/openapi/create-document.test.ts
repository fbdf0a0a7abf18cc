import { describe, expect, it } from '@jest/globals'
import { routes } from '../../../src/management/contract/routes.ts'
import { createOpenApiDocument } from '../../../src/management/openapi/create-document.ts'

type Operation = {
  readonly operationId: string
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
}

const document = createOpenApiDocument(routes)
const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>
const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
  Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation })),
)

describe('the OpenAPI document', () => {
  it('has every route of the table once, under its name', () => {
    const described = operations.map(
      ({ operation: { operationId }, method, path }) => `${operationId} ${method} ${path}`,
    )
    const expected = Object.entries(routes).map(
      ([name, { method, path }]) => `${name} ${method.toLowerCase()} ${path}`,
    )
    expect(new Set(described)).toEqual(new Set(expected))
    expect(described).toHaveLength(expected.length)
  })

  it('describes each parameter of a path', () => {
    for (const { path, operation } of operations) {
      const { parameters = [] } = operation
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const described = parameters.filter((each) => each.in === 'path').map(({ name }) => name)
      expect([path, described]).toEqual([path, names])
    }
  })

  it('describes each failure of a route under the status that the API gives it', () => {
    const put = operations.find(({ operation }) => operation.operationId === 'createOriginal')
    const responses = put?.operation.responses ?? {}
    const failures = Object.keys(responses).filter((status) => Number(status) >= 400)
    expect(failures).toEqual(
      ['400', '401', '403', '404', '408', '409', '410', '412', '413', '415', '429', '500'].concat([
        '503',
        '504',
      ]),
    )
    expect(JSON.stringify(responses['409'])).toContain('id-taken')
  })

  it('has schemas of all answers, each of which closes its object', () => {
    const schemas = document.components?.schemas as Readonly<Record<string, { type?: string }>>
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(['Original', 'Purge', 'Problem']))
    const open = Object.entries(schemas).filter(
      ([, schema]) => schema.type === 'object' && !('additionalProperties' in schema),
    )
    expect(open).toEqual([])
  })
})
