import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findFreePort } from '@iaas/testing/free-port'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')

export type Compose = {
  /** The edge, no slash at its end. */
  readonly base: string
  /** Runs a command of docker compose on the project. @returns its standard output */
  readonly command: (...args: readonly string[]) => Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** Builds the images and brings the project up under a name and a port of its own; it is taken down with its volumes. */
export async function composeUp(scale: Readonly<Record<string, number>>): Promise<Compose> {
  const project = `iaas-test-${randomBytes(4).toString('hex')}`
  const port = await findFreePort()
  const env = { ...process.env, EDGE_PORT: `${port}` }
  const command = async (...args: readonly string[]) => {
    const options = { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }
    return (await run('docker', ['compose', '-p', project, ...args], options)).stdout
  }
  const dispose = async () => {
    await command('down', '--volumes', '--timeout', '5')
  }
  const scales = Object.entries(scale).flatMap(([service, count]) => [
    '--scale',
    `${service}=${count}`,
  ])
  try {
    await command('up', '--build', '--wait', ...scales)
  } catch (error) {
    await dispose()
    throw error
  }
  return { base: `http://127.0.0.1:${port}`, command, [Symbol.asyncDispose]: dispose }
}

/** The sum of a counter with these labels, over the replicas of a service. */
export async function readCounters(
  { command }: Compose,
  service: string,
  replicas: number,
  metric: RegExp,
): Promise<readonly number[]> {
  const script =
    "fetch('http://127.0.0.1:1338/metrics').then((r) => r.text()).then((t) => console.log(t))"
  const indexes = Array.from({ length: replicas }, (_, index) => `${index + 1}`)
  return Promise.all(
    indexes.map(async (index) => {
      const text = await command('exec', '-T', '--index', index, service, 'node', '-e', script)
      return text
        .split('\n')
        .filter((line) => metric.test(line))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    }),
  )
}
