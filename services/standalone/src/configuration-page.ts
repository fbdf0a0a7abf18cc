import { describeSettings, renderSettings } from '@iaas/common/config/describe'
import { standaloneConfigSchema } from './config.ts'

/** docs/configuration.md, as the schemas say. `npm run docs` writes it. */
export function renderConfigurationPage(): string {
  return `# Configuration

Settings come from \`config/default.json\`, then \`config/<NODE_ENV>.json\` (production: \`config/production.json\`), then the
JSON in the variable \`NODE_CONFIG\`, then the environment variables of this table: the later one wins. Secrets can also be
read from the file that the variable with \`_FILE\` at its end names. The whole is checked once, at the start: every mistake
is listed in one message, and the process does not start. A key that no service knows is a mistake; a variable whose name is
one letter from one of these is warned of.

Images hold \`config/default.json\` alone: in a container, mount a file of your own read-only at
\`/app/config/production.json\`, and let the user 10001 read it. Git and the builder of the images leave it out.

A service reads what it needs of this table and ignores the rest, so that all of them can share one configuration.

${renderSettings(standaloneConfigSchema)}
`
}

/** packages/common/src/config/known-settings.ts, as the schemas say. `npm run docs` writes it. */
export function renderKnownSettings(): string {
  const settings = describeSettings(standaloneConfigSchema)
  const keys = settings.map(({ path }) => path.join('.'))
  const variables = settings.flatMap(({ env, secret }) =>
    env === undefined ? [] : secret ? [env, `${env}_FILE`] : [env],
  )
  return `// Written by \`npm run docs\`, from the schemas of all services: each service reads a part of one configuration.

export const knownKeys: readonly string[] = [
${renderItems(keys)}]

/** With those of the files of secrets. */
export const knownVariables: readonly string[] = [
${renderItems(variables)}]
`
}

function renderItems(items: readonly string[]): string {
  return items.map((item) => `  '${item}',\n`).join('')
}
