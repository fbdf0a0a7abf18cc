// `npm run dev`: runs the standalone service and restarts it when a source or a configuration file changes. Editors and `npm
// run build` check types.
import { spawn } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithParent } from './end-with-parent.mjs'
import { prepareFast } from './prepare.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const entry = join(root, 'services', 'standalone', 'dist', 'main.js')

/** Debounce of changes, ms: editors write a file in several steps. */
const settleMs = 50
/** Milliseconds until a service that does not end is killed. */
const longestEndMs = 3000

endWithParent()
await prepareFast()
const { transpileChanged, workspaces } = await import('./transpile.mjs')

let service = start()
let isEnding = false
let isRestarting = false
let settled
for (const folder of [...workspaces.map((path) => join(path, 'src')), join(root, 'config')]) {
  if (existsSync(folder)) watch(folder, { recursive: true }, changed)
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void endAll())

function start() {
  const child = spawn(process.execPath, ['--enable-source-maps', ...process.argv.slice(2), entry], {
    cwd: root,
    // Node 22 and newer cache compiled code and start faster.
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'), ...process.env },
    stdio: 'inherit',
  })
  child.once('exit', () => {
    if (!isEnding && !isRestarting) say('The service has ended; it starts again after a change.')
  })
  return child
}

function changed() {
  clearTimeout(settled)
  settled = setTimeout(() => void restart(), settleMs)
}

async function restart() {
  // A change during a restart is handled after it.
  if (isRestarting) return changed()
  const startedAt = Date.now()
  if (!compiles()) return
  isRestarting = true
  await end(service)
  if (!isEnding) service = start()
  isRestarting = false
  say(`Restarted (${Date.now() - startedAt} ms).`)
}

/** Compiles changed sources. Returns false if one cannot be parsed; the previous service keeps running. */
function compiles() {
  try {
    transpileChanged()
    return true
  } catch (error) {
    say(describe(error))
    return false
  }
}

/** Removes the compiler's own stack from its message. */
function describe(error) {
  return String(error.message).split('\n\n\nCaused by:')[0]
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const late = setTimeout(() => child.kill('SIGKILL'), longestEndMs)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
  clearTimeout(late)
}

async function endAll() {
  if (isEnding) return
  isEnding = true
  await end(service)
  process.exit(0)
}

function say(line) {
  process.stderr.write(`${line}\n`)
}
