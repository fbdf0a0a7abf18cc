import { type Html, describe, html } from './html.ts'

/** The parts of a JSON Schema that the page shows. */
export type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** Lists the fields of an object. */
export function renderFields({ properties = {}, required = [] }: Schema): Html {
  const rows = Object.entries(properties).map(([name, schema]) =>
    renderRow({ name, schema, isRequired: required.includes(name) }),
  )
  return html`<table>
    <tr>
      <th>field</th>
      <th>type</th>
      <th></th>
    </tr>
    ${rows}
  </table>`
}

export type Row = { readonly name: string; readonly schema: Schema; readonly isRequired: boolean }

/** Shows a field or a parameter. */
export function renderRow({ name, schema, isRequired }: Row): Html {
  const { description = '', properties } = schema
  const fields = properties === undefined ? [] : [renderFields(schema)]
  const need = isRequired ? [] : [html` <i>optional</i>`]
  return html`<tr>
    <td><code>${name}</code>${need}</td>
    <td>${renderType(schema)}</td>
    <td>${describe(description)}${fields}</td>
  </tr>`
}

/** Names a type; named schemas are links to their place on the page. */
export function renderType(schema: Schema): Html {
  const { $ref: reference, type = 'any', format, items, anyOf } = schema
  if (reference !== undefined) return linkTo(reference.split('/').at(-1) ?? '')
  if (anyOf !== undefined) return join(anyOf.map(renderType), ' or ')
  if (items !== undefined) return html`list of ${renderType(items)}`
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (schema.enum !== undefined) {
    return join(
      schema.enum.map((value) => html`<code>${String(value)}</code>`),
      ', ',
    )
  }
  return html`${format ?? type}`
}

/** Refers to a named schema. */
export function linkTo(name: string): Html {
  return html`<a href="#${name}">${name}</a>`
}

function join(parts: readonly Html[], between: string): Html {
  return html`${parts.map((part, index) => (index === 0 ? part : html`${between}${part}`))}`
}
