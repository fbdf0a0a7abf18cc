import { createOpenApiDocument } from '@iaas/api/management/openapi/create-document'
import { routes } from '@iaas/api/management/contract/routes'
import { apiVersionPath } from '@iaas/api/management/is-api-target'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Answer } from './http.ts'

const documentId = 'openapi'
const document = createOpenApiDocument(routes)
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(document, documentId)

/**
 * Checks an answer of the management API against its OpenAPI document.
 *
 * @throws Error if the document has no such status for the operation, or the body does not fit its schema
 */
export function assertDocumented(method: string, target: string, answer: Answer): void {
  if (answer.status === 304 || method === 'HEAD') return
  const name = `${method} ${target}: ${answer.status}`
  const media = (answer.headers['content-type'] ?? '').split(';')[0] ?? ''
  const validate = find(schemaOf(method, target, answer.status, media))
  if (validate === undefined) throw new Error(`${name} ${media} is not in the OpenAPI document.`)
  if (validate(JSON.parse(answer.body.toString()))) return
  throw new Error(`${name} does not fit the OpenAPI document: ${ajv.errorsText(validate.errors)}`)
}

function find(schema: readonly string[]): ValidateFunction | undefined {
  return ajv.getSchema(`${documentId}#/${schema.map(escape).join('/')}`)
}

/** Location of the schema in the document. A path or method without an operation gives a problem. */
function schemaOf(method: string, target: string, status: number, media: string) {
  const path = target.split('?')[0]?.slice(apiVersionPath.length).split('/') ?? []
  const template = Object.keys(document.paths ?? {}).find((each) => isMatch(each.split('/'), path))
  const operation = method.toLowerCase()
  const operations: object = document.paths?.[template ?? ''] ?? {}
  if (template === undefined || !(operation in operations)) {
    return ['components', 'schemas', 'Problem']
  }
  return ['paths', template, operation, 'responses', `${status}`, 'content', media, 'schema']
}

function isMatch(template: readonly string[], path: readonly string[]): boolean {
  return (
    template.length === path.length &&
    template.every((part, index) => part.startsWith('{') || part === path[index])
  )
}

/** RFC 6901, in the fragment of an address. */
function escape(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}
