// Prepares a checkout to run: installs the dependencies of the lock file and compiles sources. Skips both if nothing changed.
// Imports only Node's own modules, because nothing else is installed yet.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { withoutSecrets } from './without-secrets.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stampFile = join(root, 'node_modules', '.installed')
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const oldest = [20, 19]

/** Installs and builds what is missing. Prints each step, and ends the process on failure. */
export function prepare() {
  install()
  say('Building ...')
  run(process.execPath, [compiler, '-b'])
}

/** Installs dependencies that are missing, and compiles changed sources without checking their types. */
export async function prepareFast() {
  install()
  const { transpileChanged } = await import('./transpile.mjs')
  transpileChanged()
}

function install() {
  checkNode()
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== digestLock()) {
    say('Installing dependencies (the first time only; about half a minute) ...')
    // npm omits the compiler if NODE_ENV is production.
    run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
    recordInstalled()
  }
}

/** Notes that the dependencies are installed, also after a manual installation, unless that omitted the compiler. */
function recordInstalled() {
  if (existsSync(compiler)) writeFileSync(stampFile, digestLock())
}

function digestLock() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return
  say(`Node.js ${oldest.join('.')} or newer is needed; this is ${process.versions.node}.`)
  process.exit(1)
}

function run(command, args) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    env: withoutSecrets(process.env),
    stdio: ['ignore', 2, 2],
    // Only npm needs a shell on Windows; paths of programs may contain blanks.
    shell: command === 'npm' && process.platform === 'win32',
  })
  if (status === 0) return
  say(`"${command} ${args[0]}" failed${error === undefined ? '' : `: ${error.message}`}.`)
  process.exit(signal === null ? (status ?? 1) : 1)
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv[2] === '--installed') recordInstalled()
  else prepare()
}
