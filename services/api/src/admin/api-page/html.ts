/** A piece of HTML. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Value = string | number | Html | readonly Html[]

/** Makes HTML of a template. Texts among its values are escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  const written = values.map((value, index) => `${write(value)}${parts[index + 1] ?? ''}`)
  return new Html(`${parts[0] ?? ''}${written.join('')}`)
}

/** Makes HTML of a description, in which backticks enclose code and lines that begin with "- " are a list. */
export function describe(text: string): Html {
  const lines = text.split('\n')
  const items = lines.filter((line) => line.startsWith('- '))
  const others = lines.filter((line) => !line.startsWith('- ')).join(' ')
  const list = items.map((line) => html`<li>${markCode(line.slice(2))}</li>`)
  return html`${markCode(others)}${
    list.length === 0
      ? []
      : [
          html`<ul>
            ${list}
          </ul>`,
        ]
  }`
}

function markCode(text: string): readonly Html[] {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

function write(value: Value): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(({ text }) => text).join('')
  return escape(`${value}`)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '')
}
