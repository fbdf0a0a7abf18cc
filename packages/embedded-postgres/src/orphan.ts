import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const waitMs = 15_000

/**
 * Ends the server that a process which was killed has left behind on a cluster: a second one cannot be started there.
 *
 * @throws Error where it does not end
 */
export async function endOrphan(clusterDir: string): Promise<void> {
  const pid = await readPostmasterPid(clusterDir)
  if (pid === undefined || !(await isPostgres(pid))) return
  process.kill(pid, 'SIGINT')
  for (const giveUpAt = Date.now() + waitMs; isRunning(pid);) {
    if (Date.now() > giveUpAt) {
      throw new Error(`Another PostgreSQL (process ${pid}) uses ${clusterDir} and does not end.`)
    }
    await delay(50)
  }
}

/** The first line of the lock file that a server keeps in its cluster. */
async function readPostmasterPid(clusterDir: string): Promise<number | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n', 1)[0])
  return Number.isInteger(pid) && pid > 1 && isRunning(pid) ? pid : undefined
}

/** After a restart of the machine the number may be another program's. */
async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.split('\0', 1)[0]?.endsWith('postgres') ?? false
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
