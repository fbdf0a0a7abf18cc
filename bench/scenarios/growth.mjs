import { measureLinks } from '../growth/measure-links.mjs'
import { measureLinkMemory } from '../growth/measure-memory.mjs'
import { measureOriginals } from '../growth/measure-originals.mjs'
import { measureQueue } from '../growth/measure-queue.mjs'
import { startBacking } from '../stage/backing.mjs'
import { withClosers } from '../stage/closers.mjs'
import { startProduct } from '../stage/product.mjs'

const lookups = 5000
const jobs = 100_000
const originals = [10_000, 100_000, 1_000_000]
/** Seeding is no part of what is measured. */
const seedingSettings = { synchronous_commit: 'off', max_wal_size: '8GB' }

/** Whether a request costs the same while links and waiting jobs become many. */
export const growth = {
  name: 'growth',
  title: 'Growth: the cost of a lookup and of a job while there are more and more',
  isQuick: false,
  run: (options) => withClosers((closers) => measureGrowth(closers, options)),
}

async function measureGrowth(closers, { links: most }) {
  const { database, redis, folder } = await startBacking(closers, seedingSettings)
  const env = { DATABASE_URL: database.url, DATA_DIR: folder }
  // Brings the database to its schema.
  await (await startProduct('api', { env })).stop()
  const counts = [10_000, 100_000, 1_000_000, 10_000_000].filter((count) => count < most)
  const links = await measureLinks(database.url, [...counts, most], lookups)
  const figures = [...links.figures, ...(await measureLinkMemory())]
  figures.push(...(await measureOriginals(folder, originals)))
  const backend = { kind: 'postgres', url: database.url }
  figures.push(...(await measureQueue(closers, { backend, env, count: jobs })))
  if (redis !== undefined) {
    const shared = { kind: 'redis', url: redis.url }
    const withRedis = { ...env, REDIS_URL: redis.url }
    figures.push(...(await measureQueue(closers, { backend: shared, env: withRedis, count: jobs })))
  }
  return { figures, notes: links.notes, points: links.points }
}
