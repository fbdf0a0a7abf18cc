import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from './ports.mjs'

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

/** A `redis-server` in memory; undefined where there is none on this machine. */
export async function startRedis() {
  if (!hasRedis) return undefined
  const port = await findFreePort()
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', args, { stdio: 'ignore', cwd: '/' })
  while (!(await accepts(port))) await delay(20)
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function accepts(port) {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
