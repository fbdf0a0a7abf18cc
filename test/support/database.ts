import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stack } from './stack.ts'

/** The address of the embedded database of a running stack: its port and password stand in its data folder. */
export async function databaseUrl(stack: Stack): Promise<string> {
  const folder = join(stack.dataDir, 'postgres')
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim()
  const lines = (await readFile(join(folder, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')
  return `postgres://iaas:${password}@127.0.0.1:${lines[3]?.trim()}/iaas`
}
