import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@iaas/embedded-postgres/embedded-postgres'

/** An embedded PostgreSQL with the settings of the product, in a folder of its own. */
export async function startPostgres(folder, settings = {}) {
  const dataDir = join(folder, 'postgres')
  const server = await startEmbeddedPostgres({ dataDir, settings })
  return { url: server.url, pid: findServer(dataDir), stop: () => server[Symbol.asyncDispose]() }
}

/** The process id that the server has left in its folder. */
function findServer(dataDir) {
  for (const dir of [dataDir, join(dataDir, 'cluster'), join(dataDir, 'data')]) {
    try {
      return Number(readFileSync(join(dir, 'postmaster.pid'), 'utf8').split('\n')[0])
    } catch {
      // Not in this one.
    }
  }
  return undefined
}
