import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { root } from './folders.mjs'
import { pinned } from './pin.mjs'

const readyLimitMs = 90_000
const readyEveryMs = 10

/**
 * Starts a process and waits until it answers.
 *
 * @param options.command the program and its arguments
 * @param options.readyUrl answers 2xx or 3xx once it is ready
 * @param options.core the core it is kept on; any where none is given
 * @throws Error with what it wrote, where it ends before it is ready
 */
export async function startServer({ command, env = {}, readyUrl, core, cwd = root }) {
  const [program, ...args] = pinned(command, core)
  const startedAt = performance.now()
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let tail = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (tail = (tail + text).slice(-4000)))
  const ended = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await ended
  }
  try {
    await untilReady(readyUrl, child, () => tail)
  } catch (error) {
    await stop()
    throw error
  }
  return { pid: child.pid, readyMs: performance.now() - startedAt, stop }
}

async function untilReady(url, child, tail) {
  for (const giveUpAt = Date.now() + readyLimitMs; Date.now() < giveUpAt;) {
    if (child.exitCode !== null || child.signalCode !== null) break
    const status = await fetch(url, { redirect: 'manual' }).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status >= 200 && status < 400) return
    await delay(readyEveryMs)
  }
  throw new Error(`${url} did not become ready: ${tail()}`)
}
