// `npm run dev`: the standalone service, started anew whenever a source or a file of the configuration changes. Types are not
// checked here: editors and `npm run build` do that.
import { spawn } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithParent } from './end-with-parent.mjs'
import { prepareFast } from './prepare.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const entry = join(root, 'services', 'standalone', 'dist', 'main.js')

/** Editors write a file in several steps, ms. */
const settleMs = 50
/** A service that has not ended by then is killed, ms: nobody waits for what its clients were doing. */
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
    // Node 22 and newer keep what they have compiled, and start in less time.
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
  // A change during a restart is taken up after it.
  if (isRestarting) return changed()
  const startedAt = Date.now()
  if (!compiles()) return
  isRestarting = true
  await end(service)
  if (!isEnding) service = start()
  isRestarting = false
  say(`Restarted (${Date.now() - startedAt} ms).`)
}

/** The service of before goes on where a source cannot be parsed. */
function compiles() {
  try {
    transpileChanged()
    return true
  } catch (error) {
    say(describe(error))
    return false
  }
}

/** The compiler adds its own stack to what it says of the source. */
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
