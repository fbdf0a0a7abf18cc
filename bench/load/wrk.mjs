import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { say } from '../report/say.mjs'
import { otherCores, pinned } from '../stage/pin.mjs'

const run = promisify(execFile)
const script = join(import.meta.dirname, 'wrk-links.lua')

/** See `askForLinks`. What is answered by an error does not count. */
export async function askWithWrk({ base, path, first, count, connections, seconds }) {
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s']
  const links = [base, '--', path, `${first}`, `${count}`]
  const [program, ...args] = pinned([...command, '-s', script, ...links], otherCores)
  const { stdout } = await run(program, args)
  const { requests, microseconds, errors, p50, p99 } = JSON.parse(
    stdout.slice(stdout.lastIndexOf('{')),
  )
  if (errors > 0) say(`  ${errors} of ${requests} answers of ${base} were errors, and do not count`)
  return {
    perSecond: (requests - errors) / (microseconds / 1e6),
    p50Ms: p50 / 1000,
    p99Ms: p99 / 1000,
    requests,
  }
}
