// Runs a standalone service in a temporary folder, for commands that render the files of a folder.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const readyWithinMs = 60_000

/**
 * Starts the service and resolves once it is ready. The caller ends it with `stop()`.
 *
 * @param config content of a configuration file
 */
export async function startServer(config = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'iaas-corpus-'))
  const [port, adminPort] = [await findFreePort(), await findFreePort()]
  const child = spawn(process.execPath, [join(root, 'services/standalone/dist/main.js')], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATA_DIR: dataDir,
      PORT: `${port}`,
      ADMIN_PORT: `${adminPort}`,
      LOG_LEVEL: 'error',
      NODE_CONFIG: JSON.stringify(config),
    },
    // The log contains errors only; the greeting is discarded.
    stdio: ['ignore', 2, 'ignore'],
  })
  const base = `http://127.0.0.1:${port}`
  await untilReady(base, child)
  return {
    base,
    pid: child.pid,
    originalsDir: join(dataDir, 'originals'),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    metrics: async () => (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text(),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function untilReady(base, child) {
  for (const giveUpAt = Date.now() + readyWithinMs; ; await delay(50)) {
    const isReady = await fetch(`${base}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isReady) return
    if (child.exitCode !== null || Date.now() > giveUpAt) throw new Error('It did not start.')
  }
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
