import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from '@iaas/testing/free-port'
import { copyClusterTemplate } from './cluster-template.ts'

const root = join(import.meta.dirname, '..', '..')

/** A process of the product, run as its users run it. */
export type Stack = {
  readonly base: string
  readonly admin: string
  readonly dataDir: string
  readonly process: ChildProcess
  /** What it has written so far, both streams. */
  readonly output: () => string
  /** Ends it with SIGTERM and waits; resolves to its exit code. */
  readonly stop: () => Promise<number | null>
  [Symbol.asyncDispose](): Promise<void>
}

export type StackOptions = {
  /** The program below the repository: a compiled entry point, unless given. */
  readonly entry?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Is kept at the end. Without one, a stack has a folder of its own, whose embedded database is set up already. */
  readonly dataDir?: string
  readonly port?: number
  /** The path of Node; that of this process, unless given. */
  readonly node?: string
  /** The user and the group that it runs as; those of this process, unless given. */
  readonly uid?: number
}

/** Starts a process and waits until it is ready. @throws where it ends before that, with what it wrote */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stack = await spawnIn(options.dataDir ?? (await makeDataDir(options)), options)
  try {
    await untilReady(stack)
  } catch (error) {
    await stack[Symbol.asyncDispose]()
    throw error
  }
  return stack
}

/** Starts a process that may not become ready; in an empty folder, unless one is given. */
export async function spawnStack(options: StackOptions = {}): Promise<Stack> {
  return spawnIn(options.dataDir ?? (await makeFolder()), options)
}

async function makeDataDir({ entry, env = {} }: StackOptions): Promise<string> {
  const dataDir = await makeFolder()
  if (entry === undefined && env['DATABASE_URL'] === undefined) await copyClusterTemplate(dataDir)
  return dataDir
}

const makeFolder = () => mkdtemp(join(tmpdir(), 'iaas-stack-'))

async function spawnIn(dataDir: string, options: StackOptions): Promise<Stack> {
  const { entry = 'services/standalone/dist/main.js', args = [], env = {} } = options
  const { node = process.execPath, uid } = options
  const port = options.port ?? (await findFreePort())
  const adminPort = await findFreePort()
  const child = spawn(node, ['--enable-source-maps', join(root, entry), ...args], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DATA_DIR: dataDir,
      PORT: `${port}`,
      ADMIN_PORT: `${adminPort}`,
      LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const stop = () => end(child, 'SIGTERM')
  return {
    base: `http://127.0.0.1:${port}`,
    admin: `http://127.0.0.1:${adminPort}`,
    dataDir,
    process: child,
    output: () => output,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
  return child.exitCode
}

async function untilReady({ base, process: child, output }: Stack): Promise<void> {
  const giveUpAt = Date.now() + 60_000
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > giveUpAt) {
      throw new Error(`The stack did not become ready:\n${output()}`)
    }
    const isReady = await fetch(`${base}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isReady) return
    await delay(50)
  }
}
