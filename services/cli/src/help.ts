import type { Command } from './command.ts'

const exits = 'Exit codes: 0 done, 1 failed, 2 wrong arguments or configuration.'

/** Returns the page of `iaas --help`. */
export function describeCommands(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const)
  return [
    'Usage: iaas COMMAND [SWITCHES]',
    '',
    table(rows),
    '',
    'iaas COMMAND --help lists the switches of a command. The configuration is that of the services.',
    exits,
  ].join('\n')
}

/** Returns the page of `iaas COMMAND --help`. */
export function describeCommand({ name, summary, switches }: Command): string {
  const own = Object.entries(switches).map(([key, each]) => [`--${key}`, each.summary] as const)
  const rows = [...own, ['--help', 'Shows this page.'] as const]
  return [`Usage: iaas ${name} [SWITCHES]`, '', summary, '', table(rows), '', exits].join('\n')
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`).join('\n')
}
