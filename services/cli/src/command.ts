import type { Environment } from '@iaas/common/config/load'

/** A switch of a command, `--name`. */
export type Switch = { readonly summary: string }

/** Context of a command. */
export type CommandContext = {
  readonly env: Environment
  /** Returns true if the switch was given. */
  readonly has: (name: string) => boolean
  /** Writes a line to standard output. */
  readonly print: (line: string) => void
}

/** A row of the table of commands. */
export type Command = {
  readonly name: string
  readonly summary: string
  readonly switches: Readonly<Record<string, Switch>>
  /** @throws Error in plain words; ConfigError if the configuration is wrong */
  readonly run: (context: CommandContext) => Promise<void>
}
