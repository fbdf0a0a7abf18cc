import { commands } from './commands.ts'
import { run } from './run.ts'

process.exitCode = await run({
  commands,
  args: process.argv.slice(2),
  env: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  printError: (line) => process.stderr.write(`${line}\n`),
})
