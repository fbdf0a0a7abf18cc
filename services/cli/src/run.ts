import { parseArgs } from 'node:util'
import { ConfigError } from '@iaas/common/config/config-error'
import { isAppError } from '@iaas/common/errors'
import type { Environment } from '@iaas/common/config/load'
import type { Command } from './command.ts'
import { describeCommand, describeCommands } from './help.ts'

export const exitCodes = { done: 0, failed: 1, misused: 2 } as const

export type RunOptions = {
  readonly commands: readonly Command[]
  /** Arguments after the name of the program. */
  readonly args: readonly string[]
  readonly env: Environment
  readonly print: (line: string) => void
  readonly printError: (line: string) => void
}

/** Runs the command that the arguments name. Resolves to the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const { commands, args, env, print, printError } = options
  const command = commands.find(({ name }) => args.slice(0, 2).join(' ') === name)
  if (command === undefined) {
    const asksForHelp = args.length === 0 || args.some(isHelp)
    if (!asksForHelp) printError(`There is no command "${args.slice(0, 2).join(' ')}".\n`)
    ;(asksForHelp ? print : printError)(describeCommands(commands))
    return asksForHelp ? exitCodes.done : exitCodes.misused
  }
  try {
    const given = readSwitches(command, args.slice(2))
    if (given.has('help')) print(describeCommand(command))
    else await command.run({ env, print, has: (name) => given.has(name) })
    return exitCodes.done
  } catch (error) {
    printError(describe(error))
    return isMisuse(error) ? exitCodes.misused : exitCodes.failed
  }
}

function isHelp(arg: string): boolean {
  return arg === '--help' || arg === '-h'
}

/** @throws TypeError for an unknown switch and for other arguments */
function readSwitches({ switches }: Command, args: readonly string[]): ReadonlySet<string> {
  const flag = { type: 'boolean' } as const
  const own = Object.keys(switches).map((name) => [name, flag] as const)
  const { values } = parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(own), help: { ...flag, short: 'h' } },
  })
  return new Set(Object.keys(values))
}

function isMisuse(error: unknown): boolean {
  return error instanceof ConfigError || isOfArguments(error)
}

/** Errors of `parseArgs` have such codes. */
function isOfArguments(error: unknown): error is { readonly message: string } {
  return String((error as { readonly code?: unknown } | null)?.code).startsWith('ERR_PARSE_ARGS')
}

function describe(error: unknown): string {
  if (isOfArguments(error)) return error.message
  if (!(error instanceof Error)) return String(error)
  const isExpected = error instanceof ConfigError || isAppError(error) || error.cause !== undefined
  return isExpected ? error.message : (error.stack ?? error.message)
}
