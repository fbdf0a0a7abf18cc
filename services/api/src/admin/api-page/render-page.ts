import type { OpenApiDocument } from '../../management/openapi/create-document.ts'
import { type Html, describe, html } from './html.ts'
import { type Schema, renderFields, renderRow, renderType } from './render-schema.ts'
import { styleElement } from './style.ts'

type Parameter = {
  readonly in: string
  readonly name: string
  readonly required?: boolean
  readonly schema: Schema
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>

type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Content }>
  >
}

type Described = { readonly method: string; readonly path: string; readonly operation: Operation }

/** Renders an OpenAPI document as a page that needs no script and no other file. */
export function renderApiPage(document: OpenApiDocument): string {
  const { title, description = '' } = document.info
  const operations = listOperations(document)
  const schemas = Object.entries(document.components?.schemas ?? {}) as [string, Schema][]
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        <h1>${title}</h1>
        <p>${describe(description)} <a href="/_api/openapi.json">OpenAPI document</a></p>
        <ul>
          ${operations.map(renderEntry)}
        </ul>
        ${operations.map((each) => renderOperation(each, document.servers?.[0]?.url ?? ''))}
        ${schemas.map(([name, schema]) => renderNamedSchema(name, schema))}
      </body>
    </html>`
  return page.text
}

function listOperations({ paths = {} }: OpenApiDocument): readonly Described[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations as Readonly<Record<string, Operation>>).map(
      ([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
      }),
    ),
  )
}

function renderEntry({ method, path, operation: { operationId, summary } }: Described): Html {
  return html`<li>
    <a href="#${operationId}"><code>${method} ${path}</code></a> ${describe(summary)}
  </li>`
}

function renderOperation({ method, path, operation }: Described, server: string): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  return html`<section id="${operationId}">
    <h2><code>${method} ${server}${path}</code></h2>
    <p>${describe(summary)} ${describe(description)}</p>
    ${parameters.length === 0 ? [] : [renderParameters(parameters)]}
    ${requestBody === undefined ? [] : [renderBody(requestBody.content)]}
    <h3>Answers</h3>
    <table>
      ${Object.entries(responses).map(([status, { description: text, content = {} }]) => {
        return html`<tr>
          <td><code>${status}</code></td>
          <td>${describe(text)}</td>
          <td>${renderContent(content)}</td>
        </tr>`
      })}
    </table>
  </section>`
}

function renderParameters(parameters: readonly Parameter[]): Html {
  const rows = parameters.map(({ name, schema, required: isRequired = false }) =>
    renderRow({ name, schema, isRequired }),
  )
  return html`<h3>Parameters</h3>
    <table>
      ${rows}
    </table>`
}

function renderBody(content: Content): Html {
  return html`<h3>Body</h3>
    <p>${renderContent(content)}</p>`
}

function renderContent(content: Content): readonly Html[] {
  return Object.entries(content).map(
    ([media, { schema }]) => html`<code>${media}</code> ${renderType(schema)}`,
  )
}

function renderNamedSchema(name: string, schema: Schema): Html {
  return html`<section id="${name}">
    <h2>${name}</h2>
    ${renderFields(schema)}
  </section>`
}
