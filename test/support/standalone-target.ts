import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSlots } from '@iaas/common/disk/slot-file'
import { query } from '@iaas/testing/postgres'
import { until } from '@iaas/testing/until'
import { databaseUrl } from './database.ts'
import { listFiles } from './files.ts'
import { readMetric } from './metrics.ts'
import { startStack } from './stack.ts'
import type { Target, TargetOptions } from './target-type.ts'

/** `npm start`, in a folder of its own. */
export async function startStandaloneTarget(options: TargetOptions): Promise<Target> {
  const { config = {}, tokenSecret = '' } = options
  const env = { NODE_CONFIG: JSON.stringify(config), TOKEN_SECRET: tokenSecret }
  const stack = await startStack({ env })
  const folder = (name: string) => join(stack.dataDir, name)
  return {
    base: stack.base,
    stack,
    countRenders: () => readMetric(stack, 'iaas_renders_total'),
    untilStored: () => until(async () => (await countWaiting(folder('spool'))) === 0),
    countObjects: async () => (await listFiles(folder('variants'))).length,
    removeObjects: () => rm(folder('variants'), { recursive: true }),
    plant: (id, file) => writeFile(join(folder('originals'), id), file),
    countOriginals: async () => (await listFiles(folder('originals'))).length,
    query: async (sql) => (await query(await databaseUrl(stack), sql)).rowCount ?? 0,
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  }
}

/** Counts the renditions in the spool, and in the journal, whose file stays when they are stored. */
async function countWaiting(spool: string): Promise<number> {
  const files = await listFiles(spool)
  const journals = files.filter((path) => path.endsWith('.slots'))
  const entries = await Promise.all(journals.map(async (path) => readSlots(await readFile(path))))
  return files.length - journals.length + entries.flat().length
}
