import { createRunFolder } from './folders.mjs'
import { startPostgres } from './postgres.mjs'
import { startRedis } from './redis.mjs'

/** A folder, a database and, where this machine has one, a Redis; all of them end with `closers`. */
export async function startBacking(closers, databaseSettings) {
  const folder = closers.keep(await createRunFolder())
  const database = closers.keep(await startPostgres(folder.path, databaseSettings))
  const redis = await startRedis()
  if (redis !== undefined) closers.keep(redis)
  return { folder: folder.path, database, redis }
}
