import { describeSettings, renderSettings } from '@iaas/common/config/describe'
import { standaloneConfigSchema } from './config.ts'

/** Renders docs/configuration.md from the schemas. `npm run docs` writes it. */
export function renderConfigurationPage(): string {
  return `# Configuration

For operators: every setting, its environment variable, default and meaning.

| order | source; later ones win |
|---|---|
| 1 | \`config/default.json\` |
| 2 | \`config/<NODE_ENV>.json\`, in production \`config/production.json\` |
| 3 | the JSON in the variable \`NODE_CONFIG\` |
| 4 | the environment variables of the table below |

- **Secrets** can be read from a file: set the variable with \`_FILE\` at its end to the path.
- **Mistakes** are reported together at the start, and the process does not start. An unknown key is a mistake; a variable
  whose name is one letter from a known one causes a warning.
- **Containers** include only \`config/default.json\`. Mount your own file read-only at \`/app/config/production.json\`,
  readable by the user 10001. Git and the image build ignore it.
- **Services** ignore settings that they do not use, so all services can share one configuration.

${renderSettings(standaloneConfigSchema)}
`
}

/** Renders packages/common/src/config/known-settings.ts from the schemas. `npm run docs` writes it. */
export function renderKnownSettings(): string {
  const settings = describeSettings(standaloneConfigSchema)
  const keys = settings.map(({ path }) => path.join('.'))
  const variables = settings.flatMap(({ env, secret }) =>
    env === undefined ? [] : secret ? [env, `${env}_FILE`] : [env],
  )
  return `// Written by \`npm run docs\`, from the schemas of all services: each service reads a part of one configuration.

export const knownKeys: readonly string[] = [
${renderItems(keys)}]

/** All variables, including those that name files of secrets. */
export const knownVariables: readonly string[] = [
${renderItems(variables)}]
`
}

function renderItems(items: readonly string[]): string {
  return items.map((item) => `  '${item}',\n`).join('')
}
