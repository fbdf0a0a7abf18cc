// Finds out whether this machine can run the tests in containers.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const pullLimitMs = 300_000

/** Returns why the tests in containers cannot run here, or undefined if they can. Pulls missing images. */
export function missingForContainers() {
  if (process.env.CONTAINERS === 'off') return 'CONTAINERS=off'
  if (!docker('version')) return 'no Docker engine answers'
  if (!docker('compose', 'version')) return 'docker compose is not installed'
  const missing = neededImages().filter(
    (image) => !docker('image', 'inspect', image) && !docker('pull', '-q', image),
  )
  return missing.length === 0 ? undefined : `these images cannot be had: ${missing.join(', ')}`
}

/** Images that the project is built from and runs on, without the optional monitoring. */
function neededImages() {
  const images = [
    ...read('Dockerfile').matchAll(/^FROM (\S+:\S+)/gm),
    ...read('docker-compose.yml').matchAll(/^ {4}image: (\S+:\S+)$/gm),
  ].map(([, image]) => image)
  return [...new Set(images)].filter((image) => !/^(?:prom|grafana)\//.test(image))
}

function read(file) {
  return readFileSync(join(root, file), 'utf8')
}

function docker(...args) {
  return spawnSync('docker', args, { stdio: 'ignore', timeout: pullLimitMs }).status === 0
}
