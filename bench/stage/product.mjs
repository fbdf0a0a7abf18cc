import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './folders.mjs'
import { findFreePort } from './ports.mjs'
import { startServer } from './server.mjs'

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')

/** What Node is told to run a service, as its image does it; standalone, which has none, is run by `npm start`. */
function argumentsOf(service) {
  if (service === 'standalone') return ['scripts/start.mjs', service]
  const program = `services/${service}/dist/main.js`
  const command = dockerfile
    .split('\n')
    .find((line) => line.startsWith('CMD') && line.includes(program))
  return JSON.parse(command.slice('CMD'.length)).slice(1)
}

/**
 * A service of the product, as it is built and started by its image. Only what goes wrong is logged: what a log line costs is measured apart.
 *
 * @param options.settings by their keys in docs/configuration.md, nested
 */
export async function startProduct(service, { env = {}, settings = {}, core } = {}) {
  const port = await findFreePort()
  const adminPort = await findFreePort()
  const base = `http://127.0.0.1:${port}`
  const admin = `http://127.0.0.1:${adminPort}`
  const server = await startServer({
    command: [process.execPath, ...argumentsOf(service)],
    env: {
      PORT: `${port}`,
      ADMIN_PORT: `${adminPort}`,
      LOG_LEVEL: 'warn',
      NODE_CONFIG: JSON.stringify(settings),
      ...env,
    },
    // The uploader has no public port.
    readyUrl: service === 'uploader' ? `${admin}/healthz` : `${base}/readyz`,
    core,
  })
  return { ...server, base, admin }
}
