import { execFile } from 'node:child_process'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '@iaas/embedded-postgres/embedded-postgres'
import type { Provided } from '@iaas/testing/postgres'
import { createTemporaryFolder } from '@iaas/testing/temporary-folder'

const run = promisify(execFile)

/** A test's database need not survive a loss of power, only the kill of a process. */
const hasty = ['fsync = off', 'full_page_writes = off', '']

/** Sets up an embedded database once, for every stack to begin with a copy of it: that is most of a first start. */
export async function makeClusterTemplate(): Promise<Provided> {
  const folder = await createTemporaryFolder()
  const dataDir = join(folder.path, 'postgres')
  const server = await startEmbeddedPostgres({ dataDir })
  await server[Symbol.asyncDispose]()
  await appendFile(join(dataDir, 'cluster', 'postgresql.conf'), hasty.join('\n'))
  process.env['TEST_CLUSTER_TEMPLATE'] = dataDir
  return {
    url: dataDir,
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Gives a data folder its copy, with owners and rights; does nothing where no template was made. */
export async function copyClusterTemplate(dataDir: string): Promise<void> {
  const template = process.env['TEST_CLUSTER_TEMPLATE']
  if (template !== undefined) await run('cp', ['-a', template, join(dataDir, 'postgres')])
}

/** A folder for the data of several starts; none of them sets up the database. */
export async function createDataFolder(): Promise<
  Awaited<ReturnType<typeof createTemporaryFolder>>
> {
  const folder = await createTemporaryFolder()
  await copyClusterTemplate(folder.path)
  return folder
}
