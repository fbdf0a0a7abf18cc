import { type ParamKey, paramKeys, paramOf } from '@iaas/common/image'
import { type OptionExample, optionExamples } from './option-examples.ts'

/** Renders docs/options.md from the table of options. `npm run docs` writes it. */
export function renderOptionsPage(): string {
  const changing = paramKeys.filter((key) => paramOf(key).affects === 'bytes')
  const others = paramKeys.filter((key) => paramOf(key).affects === 'answer')
  return `# Options

For developers who build image addresses: every option of a sized request, with its values, its default and an example.
How addresses are read, and what makes two addresses the same variant: [url-grammar.md](url-grammar.md).

The examples were rendered by this service from one photo, at \`/example\` and the address below each image. Those of
\`/animation\` are of an animation of three parts of it.

| option | values | default | effect | example |
|---|---|---|---|---|
${changing.map((key) => renderRow(key, renderExample(exampleOf(key)))).join('\n')}

These options change the answer and not the image:

| option | values | default | effect |
|---|---|---|---|
${others.map((key) => renderRow(key)).join('\n')}
`
}

function exampleOf(key: ParamKey): OptionExample | undefined {
  return (optionExamples as Partial<Record<ParamKey, OptionExample>>)[key]
}

function renderRow(key: ParamKey, ...more: readonly string[]): string {
  const { name, default: fallback, expected, format, description } = paramOf(key)
  const usual = fallback === undefined ? 'none' : `\`${format(fallback)}\``
  return `| ${[`\`${name}\``, expected, usual, description, ...more].join(' | ')} |`
}

function renderExample(example: OptionExample | undefined): string {
  if (example === undefined) return ''
  const { file, address, isAnimation } = example
  const shown = isAnimation === true ? `/animation${address}` : address
  return `![${shown}](images/${file})<br>\`${shown}\``
}
