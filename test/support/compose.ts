import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { until } from '@iaas/testing/until'
import { parseMetrics } from './metrics.ts'

const root = join(import.meta.dirname, '..', '..')

export type Run = {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Buffer
}

/** A project of docker compose, by its name. */
export type Compose = {
  /** Runs a command of docker compose. @returns its standard output. @throws with what it said where it fails */
  run(args: readonly string[], options?: Run): Promise<string>
  /** Runs a script of Node in a container of a service. */
  script(
    service: string,
    source: string,
    options?: { index?: number; input?: Buffer },
  ): Promise<string>
  /** The sum of a metric over the replicas of a service. */
  sumMetric(
    service: string,
    name: string,
    labels?: Readonly<Record<string, string>>,
  ): Promise<number>
  /** The same, one number a replica. */
  readMetric(
    service: string,
    name: string,
    labels?: Readonly<Record<string, string>>,
  ): Promise<readonly number[]>
  /** The containers of a service. */
  containers(service: string): Promise<readonly string[]>
}

export function openCompose(project: string, files: readonly string[] = []): Compose {
  const prefix = ['compose', '-p', project, ...files.flatMap((file) => ['-f', file])]

  async function run(args: readonly string[], { env = {}, input }: Run = {}): Promise<string> {
    return docker([...prefix, ...args], { cwd: root, env: { ...process.env, ...env } }, input)
  }

  async function containers(service: string): Promise<readonly string[]> {
    const ids = (await run(['ps', '-q', service])).trim()
    return ids === '' ? [] : ids.split('\n')
  }

  async function readMetric(
    service: string,
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<readonly number[]> {
    const script =
      "fetch('http://127.0.0.1:1338/metrics').then((r) => r.text()).then((t) => console.log(t))"
    const ids = await containers(service)
    const texts = ids.map((id) => docker(['exec', id, 'node', '-e', script]))
    return (await Promise.all(texts)).map((each) => parseMetrics(each).sum(name, labels))
  }

  return {
    run,
    script(service, source, { index = 1, input } = {}) {
      const command = ['exec', '-T', '--index', `${index}`, service, 'node', '-e', source]
      return run(command, input === undefined ? {} : { input })
    },
    readMetric,
    async sumMetric(service, name, labels) {
      const values = await readMetric(service, name, labels)
      return values.reduce((sum, value) => sum + value, 0)
    },
    containers,
  }
}

/** Reads a secret of the project, as its operator does. */
export async function readSecret(name: string): Promise<string> {
  return (await readFile(join(root, 'deploy', 'secrets', name), 'utf8')).trim()
}

/** Waits until the health check of a container succeeds: `up --wait` fails at once where one is unhealthy. */
export async function untilHealthy(container: string): Promise<void> {
  const health = () => docker(['inspect', '-f', '{{.State.Health.Status}}', container])
  await until(async () => (await health()).trim() === 'healthy', 60_000)
}

/** Runs docker. @returns its standard output */
export async function docker(
  args: readonly string[],
  options: SpawnOptions = {},
  input: string | Buffer = '',
): Promise<string> {
  const child = spawn('docker', args, { ...options, stdio: 'pipe' })
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  const [stdout, stderr] = await output
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${code}\n${stdout}\n${stderr}`)
  return stdout
}
