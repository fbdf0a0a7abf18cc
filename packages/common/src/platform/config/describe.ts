import { z } from 'zod'

/** One leaf of a configuration schema. */
export type Setting = {
  /** Names from the root to the leaf: `['aws', 'bucket']`. */
  readonly path: readonly string[]
  readonly description: string
  readonly env: string | undefined
  readonly secret: boolean
  readonly fallback: unknown
}

type Node = {
  readonly properties?: Readonly<Record<string, Node>>
  /** Settings of a group under names that the operator chooses. */
  readonly additionalProperties?: Node | boolean
  readonly description?: string
  readonly env?: string
  readonly secret?: boolean
  readonly default?: unknown
}

/** Returns every setting of a schema, in its order. */
export function describeSettings(schema: z.ZodType): readonly Setting[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node
  return collect(root, [])
}

/** Stands for the names that an operator chooses, in the path of a setting. */
export const anyName = '*'

function collect(node: Node, path: readonly string[]): readonly Setting[] {
  if (node.properties !== undefined) {
    const { additionalProperties: others } = node
    const named = typeof others === 'object' && others.description !== undefined
    const children = { ...node.properties, ...(named && { [anyName]: others }) }
    return Object.entries(children).flatMap(([name, child]) => collect(child, [...path, name]))
  }
  const { description = '', env, secret = false } = node
  return [{ path, description, env, secret, fallback: node.default }]
}

/** Renders the reference table of a schema as Markdown. */
export function renderSettings(schema: z.ZodType): string {
  const rows = describeSettings(schema).map(
    ({ path, env, secret, fallback, description }) =>
      `| \`${path.join('.')}\` | ${renderEnv(env, secret)} | ${renderFallback(fallback)} | ${description} |`,
  )
  return ['| key | environment | default | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

function renderEnv(env: string | undefined, secret: boolean): string {
  if (env === undefined) return ''
  return secret ? `\`${env}\`, \`${env}_FILE\`` : `\`${env}\``
}

function renderFallback(fallback: unknown): string {
  return fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``
}
