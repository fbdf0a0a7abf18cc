import { linkGenerator, askForLinks } from '../load/ask-for-links.mjs'
import { startBareRedirect } from '../limits/bare-redirect.mjs'
import { measurePairs } from '../measure/pairs.mjs'
import { watchTree } from '../measure/process-tree.mjs'
import { say } from '../report/say.mjs'
import { startBacking } from '../stage/backing.mjs'
import { withClosers } from '../stage/closers.mjs'
import { serverCore } from '../stage/pin.mjs'
import { startProduct } from '../stage/product.mjs'
import { linkPath, seedDatabase, seedRedis } from '../work/links.mjs'

/** So few that all stay in memory. */
const linksInMemory = 64
/** More than can be asked for within a run of one pair. */
const linksAPair = 100_000

/** Redirects to stored variants, from each place where a link may be known, against bare node:http. */
export const hit = {
  name: 'hit',
  title: `Hits: 307 by second on one core, driven by ${linkGenerator}, against bare node:http with the same headers`,
  run: ({ isQuick }) => withClosers((closers) => measureHits(closers, isQuick)),
}

async function measureHits(closers, isQuick) {
  const pairs = isQuick ? 3 : 5
  const seconds = isQuick ? 2 : 4
  const { database, redis, folder } = await startBacking(closers)
  const env = { DATABASE_URL: database.url, DATA_DIR: folder }
  const alone = closers.keep(await startProduct('api', { env, core: serverCore }))
  const count = linksAPair * (pairs + 1)
  say(`  seeding ${count} links ...`)
  await seedDatabase(database.url, count)
  const example = `${alone.base}${linkPath.replace('%d', 0)}`
  const bare = closers.keep(await startBareRedirect(example, serverCore))
  const drive = async (server, ask) => {
    const { result, cpuSeconds, peakBytes } = await watchTree([server.pid], () =>
      askForLinks({ base: server.base, path: linkPath, seconds, ...ask }),
    )
    const cpuMsEach = (cpuSeconds * 1000) / result.requests
    return { ...result, cpuMsEach, peakMiB: peakBytes / 2 ** 20 }
  }
  const compare = async (name, server, { connections, isFresh }) => {
    await drive(server, { connections, first: 0, count: linksInMemory })
    return measurePairs({
      name,
      referenceName: 'bare node:http',
      pairs,
      ours: (pair) =>
        drive(server, {
          connections,
          first: isFresh ? (pair + 1) * linksAPair : 0,
          count: isFresh ? linksAPair : linksInMemory,
        }),
      reference: () => drive(bare, { connections, first: 0, count: linksInMemory }),
    })
  }

  const inMemory = { isFresh: false }
  const rows = [await compare('in memory, 64 connections', alone, { ...inMemory, connections: 64 })]
  if (!isQuick) {
    for (const connections of [1, 4, 16]) {
      const name = `in memory, ${connections} connections`
      rows.push(await compare(name, alone, { ...inMemory, connections }))
    }
    rows.push(await compareLogged(closers, env, compare))
  }
  rows.push(await compare('only in PostgreSQL', alone, { isFresh: true, connections: 64 }))
  await alone.stop()
  if (redis !== undefined) rows.push(await compareRedis(closers, { env, redis, count }, compare))
  return { rows, notes: redis === undefined ? ['Redis: no redis-server on the PATH.'] : [] }
}

/** The same with a log line for each request, as the service runs where nothing else is configured. */
async function compareLogged(closers, env, compare) {
  const logging = { env: { ...env, LOG_LEVEL: 'info' }, core: serverCore }
  const logged = closers.keep(await startProduct('api', logging))
  const row = await compare('in memory, with a log line each', logged, {
    isFresh: false,
    connections: 64,
  })
  await logged.stop()
  return row
}

async function compareRedis(closers, { env, redis, count }, compare) {
  await seedRedis(redis.url, count)
  const sharing = { env: { ...env, REDIS_URL: redis.url }, core: serverCore }
  const shared = closers.keep(await startProduct('api', sharing))
  return compare('only in Redis', shared, { isFresh: true, connections: 64 })
}
